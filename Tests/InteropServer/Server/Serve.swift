import Glibc
import VigieProtos
import VigieRPC
import VigieTransport

/// Runs the server until SIGTERM or SIGINT, then drains it.
func serve(_ options: Options) throws -> Never {
    // Before any thread is made: they inherit the mask, and the main thread takes the signals.
    var signals = sigset_t()
    sigemptyset(&signals)
    sigaddset(&signals, SIGTERM)
    sigaddset(&signals, SIGINT)
    pthread_sigmask(SIG_BLOCK, &signals, nil)

    let health = HealthRegistry()
    let loops = try (0..<options.loops).map { try EventLoop(index: $0) }
    let tls = try options.tlsCertificate.map { certificate in
        try TLSContext.server(
            TLSConfiguration(
                certificateFile: certificate, keyFile: options.tlsKey,
                authorityFile: options.tlsClientAuthority,
                peerCertificate: options.tlsClientAuthority == nil ? .none : .required))
    }
    let server = try HTTPServer(
        listen: try SocketAddress.parse("\(options.host):\(options.port)"), loops: loops,
        limits: options.serverLimits, tls: tls
    ) { loop in
        makeHandler(loop, options, health)
    }
    let threads = try loops.map { try LoopThread(loop: $0, name: "loop-\($0.index)") }
    server.start()
    health.set("", .serving)
    health.set("grpc.testing.TestService", .serving)
    print("vigie-interop listens on \(server.address)")
    fflush(nil)

    var received: Int32 = 0
    sigwait(&signals, &received)
    health.shutDown()
    server.drain(grace: Duration.seconds(options.graceSeconds))
    let latest = MonotonicTime.now().advanced(by: .seconds(options.graceSeconds + 2))
    while server.connectionCount > 0, MonotonicTime.now() < latest { usleep(10_000) }
    for loop in loops { loop.stop() }
    for thread in threads { thread.join() }
    exit(0)
}

private func makeHandler(
    _ loop: EventLoop, _ options: Options, _ health: HealthRegistry
) -> RPCHandler {
    let handler = RPCHandler(loop: loop, limits: options.rpcLimits)
    if options.accessLog {
        handler.add(
            AccessLog { line in
                print(line)
                fflush(nil)
            })
    }
    if let token = options.token { handler.add(TokenAuth(token: token)) }
    TestService.install(on: handler)
    HealthService.install(on: handler, health)
    ReflectionService.install(on: handler)
    handler.unary(VigieV1.Diagnostics.Ping.self) { request, response, _ in
        response.payload = request.payload
    }
    // A method of the kind that answers later, from another thread.
    handler.deferred(VigieV1.Diagnostics.Version.self) { _, reply, call in
        DeferredProbe.answer(reply, isSlow: call.metadataValue("x-slow") != nil)
    }
    return handler
}

extension Options {
    fileprivate var serverLimits: ServerLimits {
        var limits = ServerLimits()
        if let headerListBytesMax { limits.http2.maxHeaderListBytes = UInt32(headerListBytesMax) }
        if let requestTimeoutMilliseconds {
            limits.requestTimeout = .milliseconds(requestTimeoutMilliseconds)
        }
        if let maxIdleMilliseconds { limits.maxIdle = .milliseconds(maxIdleMilliseconds) }
        if let pingIntervalMilliseconds {
            limits.minPingInterval = .milliseconds(pingIntervalMilliseconds)
            limits.permitPingWithoutStreams = true
        }
        return limits
    }

    fileprivate var rpcLimits: RPCLimits {
        var limits = RPCLimits()
        if let requestBytesMax { limits.maxRequestBytes = requestBytesMax }
        if let responseBytesMax { limits.maxResponseBytes = responseBytesMax }
        if let headerListBytesMax { limits.maxHeaderListBytes = headerListBytesMax }
        if let callsMax { limits.maxConcurrentCalls = callsMax }
        if let deferredMax { limits.maxDeferredCalls = deferredMax }
        return limits
    }
}
