import CVigieSys
import Glibc

/// One loop's listening socket.
final class Listener: Channel, TimerTarget {
    let loop: EventLoop
    let gate: ConnectionGate
    let limits: ServerLimits
    let handler: HTTPHandler
    /// The certificate for connections from now on; nil for cleartext.
    var tls: TLSContext?
    /// A descriptor kept to be given up when there are no more, so that a connection can be
    /// accepted and closed instead of spinning on it.
    private var spare: Int32
    private var isListening = false
    private var isClosed = false

    /// How long connections wait in the kernel when there is no descriptor for them.
    private static let pause = Duration.milliseconds(50)

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

    deinit { closeSockets() }

    /// The gate has been told already, so that a drain right after a start waits for it.
    func start() throws(SystemError) {
        do throws(SystemError) { try loop.register(self, events: EPOLLIN) } catch {
            gate.listenerStopped()
            throw error
        }
        isListening = true
    }

    override func handle(events: UInt32) {
        for _ in 0..<Self.acceptsPerRound {
            let descriptor = Socket.accept(self.descriptor)
            if descriptor >= 0 {
                admit(descriptor)
            } else if errno == EMFILE || errno == ENFILE {
                guard shedOne() else { return rest() }
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
            let session = try tls.map { context throws(TLSError) in
                try TLSSession(context, output: loop.cipherBuffer)
            }
            let connection = ServerConnection(
                descriptor: descriptor, listener: self, tls: session)
            // Our SETTINGS leave with the first answer: clients speak first (RFC 9113 §3.4), and one
            // that speaks HTTP/1.1 can then be told so.
            try connection.start()
        } catch let error as TLSError {
            gate.leave(.tls(error))
            close(descriptor)
        } catch {
            gate.leave(.network(error as? SystemError ?? SystemError("epoll_ctl")))
            close(descriptor)
        }
    }

    /// Takes the spare descriptor to accept a connection and close it, so that its peer tries elsewhere.
    /// - Returns: false when somebody else has taken the spare one.
    private func shedOne() -> Bool {
        gate.lackedDescriptor()
        if spare >= 0 { close(spare) }
        let descriptor = Socket.accept(self.descriptor)
        if descriptor >= 0 { close(descriptor) }
        spare = open("/dev/null", O_RDONLY | O_CLOEXEC)
        return spare >= 0
    }

    /// Looks away for a moment: what cannot be accepted would wake the loop again and again.
    private func rest() {
        loop.update(self, events: 0)
        loop.schedule(self, at: loop.now.advanced(by: Self.pause), token: 0)
    }

    func isStale(token: UInt64) -> Bool { !isListening }

    func timerFired(token: UInt64, now: MonotonicTime) {
        guard isListening else { return }
        if spare < 0 { spare = open("/dev/null", O_RDONLY | O_CLOEXEC) }
        loop.update(self, events: EPOLLIN.rawValue)
    }

    /// Stops listening: new connections are refused by the kernel; those that it has already
    /// accepted for us are taken in, for their peers think that they are connected.
    func stop() {
        guard isListening else { return }
        isListening = false
        handle(events: EPOLLIN.rawValue)
        loop.unregister(self)
        closeSockets()
        gate.listenerStopped()
    }

    private func closeSockets() {
        guard !isClosed else { return }
        isClosed = true
        close(descriptor)
        if spare >= 0 { close(spare) }
    }

    override func abandon() { stop() }
}
