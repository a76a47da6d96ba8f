import Glibc
import Synchronization

/// A listening HTTP/2 server on several loops.
package final class HTTPServer: Sendable {
    package let loops: [EventLoop]
    /// Where it listens, with the port that the system chose when 0 was asked for.
    package let address: SocketAddress
    private let gate: ConnectionGate
    private let state: Mutex<State>

    private struct State: Sendable {
        var listeners: [ListenerHandle] = []
    }

    /// A listener is touched on its loop only; the box lets the server name it to that loop.
    private struct ListenerHandle: @unchecked Sendable {
        let listener: Listener
    }

    /// Connections open now, over all loops.
    package var connectionCount: Int { gate.current }

    /// Binds at once; serving begins when the loops run.
    /// - Parameter makeHandler: called once a loop, before it serves.
    package init(
        listen address: SocketAddress, loops: [EventLoop], limits: ServerLimits, tls: TLSContext?,
        makeHandler: (EventLoop) -> HTTPHandler
    ) throws(SystemError) {
        precondition(!loops.isEmpty)
        var bound = address
        var handles: [ListenerHandle] = []
        let gate = ConnectionGate(limit: limits.maxConnections)
        for loop in loops {
            let descriptor = try Socket.listen(bound, backlog: limits.acceptBacklog)
            bound = try Socket.localAddress(descriptor)
            let listener = Listener(
                descriptor: descriptor, loop: loop, gate: gate, limits: limits,
                handler: makeHandler(loop), tls: tls)
            handles.append(ListenerHandle(listener: listener))
        }
        self.loops = loops
        self.address = bound
        self.gate = gate
        state = Mutex(State(listeners: handles))
    }

    /// Begins to accept on every loop.
    package func start() {
        eachListener { _, handle in
            // Fails only when the kernel is out of memory for one more epoll entry.
            try? handle.listener.start()
        }
    }

    /// Uses `tls` for connections from now on; those that are open keep their certificate.
    package func replaceTLS(_ tls: TLSContext) {
        eachListener { _, handle in handle.listener.tls = tls }
    }

    /// Stops accepting and asks every peer to go. Connections end by themselves when their streams
    /// have, at the latest after `grace`.
    package func drain(grace: Duration) {
        eachListener { loop, handle in
            handle.listener.stop()
            loop.forEachChannel(ServerConnection.self) { $0.drain(grace: grace) }
        }
    }

    private func eachListener(_ body: @escaping @Sendable (EventLoop, ListenerHandle) -> Void) {
        let listeners = state.withLock { $0.listeners }
        for (loop, handle) in zip(loops, listeners) {
            loop.execute { body(loop, handle) }
        }
    }
}
