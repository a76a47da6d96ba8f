import VigieTransport

/// One client of the admin port, from its first byte to its last: a state machine without a socket.
struct AdminConnection {
    enum Phase {
        case reading
        /// Its page is being made.
        case waiting
        case writing
        /// All is sent; what the client still sends is read, so that it does not lose the answer.
        case lingering
    }

    enum Event {
        case none
        case request(AdminRequest)
        /// The request is not one that can be answered but with this.
        case refused(AdminPage)
    }

    /// Longest request head and body that are read, in bytes.
    private static let headBytesMax = 16_384
    private static let bodyBytesMax = 4096
    /// How long a client may take to send its request, to take its answer, and to close.
    private static let requestTime: Duration = .seconds(5)
    private static let answerTime: Duration = .seconds(10)
    private static let lingerTime: Duration = .seconds(1)

    private(set) var phase = Phase.reading
    private(set) var deadline: MonotonicTime
    private var incoming: [UInt8] = []
    private var head: AdminRequest?
    private var headEnd = 0
    private var bodyCount = 0
    private var outgoing: [UInt8] = []
    private var sent = 0

    init(_ now: MonotonicTime) { deadline = now.advanced(by: Self.requestTime) }

    /// What is left to be sent.
    var unsent: ArraySlice<UInt8> { outgoing[sent...] }

    /// Bytes have come.
    mutating func received(_ bytes: ArraySlice<UInt8>) -> Event {
        guard phase == .reading else { return .none }
        // A blank line may have begun in what came before.
        let start = max(0, incoming.count - 3)
        incoming += bytes
        if head == nil {
            guard let end = incoming.headEnd(from: start) else {
                return incoming.count < Self.headBytesMax ? .none : .refused(Self.tooLarge)
            }
            guard end <= Self.headBytesMax else { return .refused(Self.tooLarge) }
            guard let request = AdminRequest(head: Array(incoming[..<end]), body: []) else {
                return .refused(Self.malformed)
            }
            head = request
            headEnd = end
            let length = request.header("content-length")
            guard let count = length.isEmpty ? 0 : Int(length), count >= 0 else {
                return .refused(Self.malformed)
            }
            guard count <= Self.bodyBytesMax else { return .refused(Self.tooLarge) }
            bodyCount = count
        }
        guard incoming.count >= headEnd + bodyCount else { return .none }
        phase = .waiting
        deadline = .never
        let body = Array(incoming[headEnd..<headEnd + bodyCount])
        guard let request = AdminRequest(head: Array(incoming[..<headEnd]), body: body) else {
            return .refused(Self.malformed)
        }
        incoming = []
        return .request(request)
    }

    private static let tooLarge = AdminPage(status: 413, text: "the request is too large\n")
    private static let malformed = AdminPage(status: 400, text: "not an HTTP/1.1 request\n")

    /// Its answer is there.
    mutating func answer(_ bytes: [UInt8], _ now: MonotonicTime) {
        outgoing = bytes
        phase = .writing
        deadline = now.advanced(by: Self.answerTime)
    }

    /// The kernel has taken some of ``unsent``.
    /// - Returns: whether that was all.
    mutating func wrote(_ count: Int, _ now: MonotonicTime) -> Bool {
        sent += count
        guard sent == outgoing.count else { return false }
        phase = .lingering
        deadline = now.advanced(by: Self.lingerTime)
        outgoing = []
        sent = 0
        return true
    }
}

extension AdminPage {
    /// As it goes on the wire.
    func bytes(withBody: Bool) -> [UInt8] { Array(head.utf8) + (withBody ? body : []) }
}

extension [UInt8] {
    /// Where the body begins, behind the blank line; nil while that is not there.
    fileprivate func headEnd(from start: Int) -> Int? {
        guard count >= start + 4 else { return nil }
        for index in start...(count - 4)
        where self[index] == 13 && self[index + 1] == 10 && self[index + 2] == 13
            && self[index + 3] == 10
        {
            return index + 4
        }
        return nil
    }
}
