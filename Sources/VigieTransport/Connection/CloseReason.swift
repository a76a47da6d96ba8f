/// Why a connection ended.
package enum CloseReason: Error, Sendable, CustomStringConvertible {
    /// Both sides had said all.
    case clean
    /// The peer closed the socket without a word.
    case peerClosed
    case network(SystemError)
    case tls(TLSError)
    /// nghttp2 cannot go on with what the peer sent.
    case http2(SessionFailure)
    /// The peer broke the protocol, and was told so by GOAWAY with this code.
    case violation(HTTP2ErrorCode)
    /// One of our limits.
    case limit(Limit)
    /// We end: the loop stops, or a client's user closed it.
    case shutdown

    /// Which limit a connection ran into.
    package enum Limit: String, Sendable, CaseIterable {
        /// TCP, TLS and HTTP/2 set-up took too long (client).
        case connectTimeout = "connect_timeout"
        /// TLS and HTTP/2 set-up took too long (server).
        case handshakeTimeout = "handshake_timeout"
        /// The peer took no bytes while some waited for it.
        case writeTimeout = "write_timeout"
        /// A header block was begun and not ended.
        case headerTimeout = "header_timeout"
        /// A keepalive ping was not answered.
        case keepaliveTimeout = "keepalive_timeout"
        /// Streams still ran when the time to end them was over.
        case graceEnded = "grace_ended"
        /// The peer's own pings came too often.
        case tooManyPings = "too_many_pings"
        /// SETTINGS, PRIORITY or empty DATA frames without end.
        case controlFlood = "control_flood"
        /// Requests that the peer gave up, or broke the protocol on, again and again.
        case resetFlood = "reset_flood"
        /// Header lists over the limit, again and again.
        case headerFlood = "header_flood"
    }

    /// A short, stable name for counters.
    package var label: String {
        switch self {
        case .clean: "clean"
        case .peerClosed: "peer_closed"
        case .network: "network"
        case .tls: "tls"
        case .http2: "http2"
        case .violation: "violation"
        case .limit(let limit): limit.rawValue
        case .shutdown: "shutdown"
        }
    }

    /// Every ``label`` there is, in a set order.
    package static let labels =
        ["clean", "peer_closed", "network", "tls", "http2", "violation", "shutdown"]
        + Limit.allCases.map(\.rawValue)

    package var description: String {
        switch self {
        case .clean: "ended in good order"
        case .peerClosed: "the peer closed the connection"
        case .network(let error): error.description
        case .tls(let error): error.description
        case .http2(let failure): "HTTP/2: \(failure)"
        case .violation(let code):
            "HTTP/2: the peer broke the protocol (error code \(code.rawValue))"
        case .limit(let limit): limit.rawValue
        case .shutdown: "closed on our side"
        }
    }
}
