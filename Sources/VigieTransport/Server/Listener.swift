import CVigieSys
import Glibc

/// One loop's listening socket.
final class Listener: Channel {
    private let loop: EventLoop
    private let gate: ConnectionGate
    private let limits: ServerLimits
    private let handler: HTTPHandler
    /// The certificate for connections from now on; nil for cleartext.
    var tls: TLSContext?
    /// A descriptor kept to be given up when there are no more, so that a connection can be
    /// accepted and closed instead of spinning on it.
    private var spare: Int32

    /// Connections accepted in a round before others have their turn.
    private static let acceptsPerRound = 64

    init(
        descriptor: Int32, loop: EventLoop, gate: ConnectionGate, limits: ServerLimits,
        handler: HTTPHandler, tls: TLSContext?
    ) {
        self.loop = loop
        self.gate = gate
        self.limits = limits
        self.handler = handler
        self.tls = tls
        spare = open("/dev/null", O_RDONLY | O_CLOEXEC)
        super.init(descriptor: descriptor)
    }

    func start() throws(SystemError) { try loop.register(self, events: EPOLLIN) }

    override func handle(events: UInt32) {
        for _ in 0..<Self.acceptsPerRound {
            let descriptor = Socket.accept(self.descriptor)
            if descriptor >= 0 {
                admit(descriptor)
            } else if errno == EMFILE || errno == ENFILE {
                shedOne()
            } else if errno != ECONNABORTED && errno != EINTR {
                return
            }
        }
    }

    private func admit(_ descriptor: Int32) {
        guard gate.enter() else {
            Socket.setAbortive(descriptor)
            close(descriptor)
            return
        }
        Socket.setNoDelay(descriptor)
        do {
            let session = try tls.map { context throws(TLSError) in try TLSSession(context) }
            let connection = ServerConnection(
                descriptor: descriptor, loop: loop, tls: session, handler: handler, gate: gate,
                limits: limits)
            try connection.start()
            if session == nil { connection.flush() }
        } catch {
            gate.leave()
            close(descriptor)
        }
    }

    private func shedOne() {
        close(spare)
        let descriptor = Socket.accept(self.descriptor)
        if descriptor >= 0 { close(descriptor) }
        spare = open("/dev/null", O_RDONLY | O_CLOEXEC)
    }

    /// Stops listening: new connections are refused by the kernel.
    func stop() {
        loop.unregister(self)
        close(descriptor)
        close(spare)
    }

    override func abandon() { stop() }
}
