import Glibc
import TransportTestKit
import VigieTransport

// A small HTTP/2 server on VigieTransport for the protocol, limit, TLS and chaos tests that are
// written in Python, and for benchmarks of the transport alone. See Options for its flags.

/// Signals are waited for here; loops block them.
var waited = sigset_t()
sigemptyset(&waited)
for signal in [SIGTERM, SIGINT, SIGHUP] { sigaddset(&waited, signal) }
pthread_sigmask(SIG_BLOCK, &waited, nil)

func write(_ descriptor: Int32, _ text: String) {
    var text = text
    text.withUTF8 { _ = Glibc.write(descriptor, $0.baseAddress, $0.count) }
}

func fail(_ message: String) -> Never {
    write(2, "transport-server: \(message)\n")
    exit(2)
}

do {
    let options = try Options(Array(CommandLine.arguments.dropFirst()))
    let loops = try (0..<options.loops).map { try EventLoop(index: $0) }
    let server = try HTTPServer(
        listen: try SocketAddress.parse(options.listen), loops: loops, limits: options.limits,
        tls: try options.tls.map { try TLSContext.server($0) },
        makeHandler: { TestHandler(loop: $0) })
    TestHandler.server.withLock { $0 = server }
    server.start()
    let threads = try loops.map { try LoopThread(loop: $0, name: "loop-\($0.index)") }
    write(1, "ready \(server.address)\n")
    while true {
        var signal: Int32 = 0
        sigwait(&waited, &signal)
        if signal == SIGHUP {
            if let tls = options.tls { server.replaceTLS(try TLSContext.server(tls)) }
            continue
        }
        server.drain(grace: options.grace)
        break
    }
    server.waitUntilDrained()
    for loop in loops { loop.stop() }
    for thread in threads { thread.join() }
    write(1, "done \(server.counters)\n")
} catch {
    fail("\(error)")
}
