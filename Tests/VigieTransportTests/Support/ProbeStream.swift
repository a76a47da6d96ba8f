import VigieTransport

/// What became of a client's stream.
struct Outcome: Sendable {
    var status = ""
    var headers: [String: String] = [:]
    var body: [UInt8] = []
    var hasEnded = false
    var code = HTTP2ErrorCode.noError

    var text: String { String(decoding: body, as: UTF8.self) }
}

/// A client's stream that collects its response.
final class ProbeStream: HTTPStream {
    private var outcome = Outcome()
    private let ended: Mailbox<Outcome>
    /// Body still to be sent, as back-pressure allows.
    private var left: Int
    private(set) var mostBuffered = 0
    var onData: ((ProbeStream) -> Void)?
    var onClosed: ((ProbeStream) -> Void)?

    init(_ ended: Mailbox<Outcome>, sending left: Int = 0) {
        self.ended = ended
        self.left = left
    }

    override func header(name: RawSpan, value: RawSpan) {
        let name = name.withUnsafeBytes { String(decoding: $0, as: UTF8.self) }
        let value = value.withUnsafeBytes { String(decoding: $0, as: UTF8.self) }
        if name == ":status" { outcome.status = value } else { outcome.headers[name] = value }
    }

    override func data(_ bytes: RawSpan) {
        bytes.withUnsafeBytes { outcome.body += $0 }
        onData?(self)
    }

    override func endOfStream() { outcome.hasEnded = true }

    override func closed(_ code: HTTP2ErrorCode) {
        outcome.code = code
        onClosed?(self)
        ended.put(outcome)
        outcome = Outcome()
    }

    override func becameWritable() { produce() }

    func produce() {
        while left > 0, isWritable {
            let part = min(left, 10_000)
            write(count: part) { room in
                room.initializeMemory(as: UInt8.self, repeating: 0x78)
                return part
            }
            left -= part
            mostBuffered = max(mostBuffered, bufferedBytes)
        }
        if left == 0 { finish(trailers: nil) }
    }
}
