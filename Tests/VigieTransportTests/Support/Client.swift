import VigieTransport

/// A client's connection and what it reports, driven from a test.
///
/// Its properties are touched on the loop's thread only.
final class Client: HTTPClientConnectionOwner, @unchecked Sendable {
    let states = Mailbox<HTTPClientConnection.State>()
    let rooms = Mailbox<Bool>()
    let loop: TestLoop
    private(set) var connection: HTTPClientConnection!

    init(
        _ address: SocketAddress, on loop: TestLoop, tls: TLSContext? = nil,
        options: ClientOptions = ClientOptions()
    ) async {
        self.loop = loop
        await loop.run { [self] in
            connection = HTTPClientConnection(
                to: address, loop: loop.loop, tls: tls, options: options, owner: self)
        }
    }

    func connection(
        _ connection: HTTPClientConnection, became state: HTTPClientConnection.State
    ) { states.put(state) }

    func connectionHasRoom(_ connection: HTTPClientConnection) { rooms.put(true) }

    static func headers(_ method: String, _ path: String) -> OutgoingHeaders {
        .fields([
            HeaderField(":method", method), HeaderField(":scheme", "http"),
            HeaderField(":path", path), HeaderField(":authority", "localhost"),
        ])
    }

    /// Opens a stream; a body of `sending` zero bytes follows when there is one.
    @discardableResult
    func open(
        _ path: String, sending: Int? = nil, into ended: Mailbox<Outcome>,
        _ change: @escaping @Sendable (ProbeStream) -> Void = { _ in }
    ) async -> HTTPClientConnection.Opening {
        await loop.run { [self] in
            let stream = ProbeStream(ended, sending: sending ?? 0)
            change(stream)
            let opening = connection.open(
                stream, Self.headers(sending == nil ? "GET" : "POST", path),
                endStream: sending == nil)
            if opening == .opened, sending != nil { stream.produce() }
            return opening
        }
    }

    /// The whole of one call.
    func call(_ path: String, sending: Int? = nil) async -> Outcome? {
        let ended = Mailbox<Outcome>()
        guard await open(path, sending: sending, into: ended) == .opened else { return nil }
        return await ended.take()
    }

    /// Waits until it is ready; false when it is closed instead.
    func isReady() async -> Bool {
        if case .ready = await states.take() { return true }
        return false
    }

    /// Waits for the last state.
    func closeReason() async -> CloseReason {
        while true {
            if case .closed(let reason) = await states.take() { return reason }
        }
    }
}
