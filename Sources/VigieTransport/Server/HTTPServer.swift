import CVigieSys
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
    /// The share of the last second that the loops worked, 0 … 1, on average. From any thread.
    package var meanUtilization: Double {
        loops.reduce(0) { $0 + $1.utilization } / Double(loops.count)
    }
    /// What has become of all connections so far. From any thread; not for every request.
    package var counters: ConnectionCounters { gate.counters }

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
            // Listeners made so far close their sockets when this throws and they are let go.
            let descriptor = try Socket.listen(bound, backlog: limits.acceptBacklog)
            do throws(SystemError) { bound = try Socket.localAddress(descriptor) } catch {
                close(descriptor)
                throw error
            }
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
        for _ in loops { gate.listenerStarted() }
        eachListener { _, handle in
            // Fails only when the kernel is out of memory for one more epoll entry.
            try? handle.listener.start()
        }
    }

    /// Uses `tls` for connections from now on; those that are open keep their certificate.
    package func replaceTLS(_ tls: TLSContext) {
        eachListener { _, handle in handle.listener.tls = tls }
    }

    /// Stops accepting and asks every peer to go (two GOAWAYs). Connections end by themselves when
    /// their streams have, at the latest after `grace`, plus the second that a closing socket may take.
    package func drain(grace: Duration) {
        eachListener { loop, handle in
            handle.listener.stop()
            loop.forEachChannel(ServerConnection.self) { connection in
                if connection.isOf(handle.listener) { connection.drain(grace: grace) }
            }
        }
    }

    /// Calls `body` once, on any thread, when it has been drained and the last connection is closed.
    package func whenDrained(_ body: @escaping @Sendable () -> Void) { gate.whenEmpty(body) }

    /// Blocks until it has been drained and the last connection is closed. Not on a loop's thread.
    package func waitUntilDrained() {
        let signal = eventfd(0, Int32(EFD_CLOEXEC))
        // Without a descriptor to wait on there is nothing to wait with; the caller ends the loops.
        guard signal >= 0 else { return }
        whenDrained {
            var one: UInt64 = 1
            write(signal, &one, 8)
        }
        var count: UInt64 = 0
        while read(signal, &count, 8) < 0, errno == EINTR {}
        close(signal)
    }

    private func eachListener(_ body: @escaping @Sendable (EventLoop, ListenerHandle) -> Void) {
        let listeners = state.withLock { $0.listeners }
        for (loop, handle) in zip(loops, listeners) {
            loop.execute { body(loop, handle) }
        }
    }
}
