import VigieTelemetry

/// What the connections of one loop have sent and received. The loop writes, any thread reads.
final class ConnectionTraffic: Sendable {
    /// Bytes of sockets, TLS included.
    let receivedBytes = LoopCounter()
    let sentBytes = LoopCounter()
    /// Requests that peers began.
    let streams = LoopCounter()
    /// Streams that are open now.
    let openStreams = LoopCounter()
    /// Requests that were refused when they came (REFUSED_STREAM).
    let refusedStreams = LoopCounter()
    /// Streams that ended otherwise than in good order, by who ended them.
    let resetsReceived = LoopCounter()
    let resetsSent = LoopCounter()
    let goAwaysReceived = LoopCounter()
    let goAwaysSent = LoopCounter()
    /// Of peers, without acknowledgements.
    let pings = LoopCounter()
    /// SETTINGS, PRIORITY and empty DATA frames of peers.
    let cheapFrames = LoopCounter()
    /// Requests whose header list was far over the limit.
    let oversizedHeaders = LoopCounter()
    /// Times that a socket took no more bytes.
    let socketStalls = LoopCounter()
    /// Times that a stream had so much to send that its producer was held back: the peer grants no
    /// window, or does not read.
    let streamStalls = LoopCounter()
    /// TLS handshakes, by ``TLSVersion`` and whether a session was resumed.
    private let handshakes: InlineArray<6, LoopCounter>
    let failedHandshakes = LoopCounter()

    /// The versions that are told apart.
    enum TLSVersion: Int, CaseIterable {
        case tls12, tls13, other

        init(_ name: String) {
            switch name {
            case "TLSv1.3": self = .tls13
            case "TLSv1.2": self = .tls12
            default: self = .other
            }
        }

        /// As OpenTelemetry's `tls.protocol.version`.
        var label: String {
            switch self {
            case .tls12: "1.2"
            case .tls13: "1.3"
            case .other: "other"
            }
        }
    }

    init() { handshakes = InlineArray { _ in LoopCounter() } }

    /// For the loop's thread.
    func handshake(_ version: TLSVersion, isResumed: Bool) {
        handshakes[version.rawValue * 2 + (isResumed ? 1 : 0)].add(1)
    }

    /// From any thread.
    func handshakes(_ version: TLSVersion, isResumed: Bool) -> UInt64 {
        handshakes[version.rawValue * 2 + (isResumed ? 1 : 0)].current
    }
}
