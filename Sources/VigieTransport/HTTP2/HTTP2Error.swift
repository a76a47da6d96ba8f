import CNghttp2

/// Error codes of RST_STREAM and GOAWAY (RFC 9113 §7).
public struct HTTP2ErrorCode: RawRepresentable, Hashable, Sendable {
    /// The code as it is on the wire.
    public let rawValue: UInt32

    /// Any code, known or not.
    public init(rawValue: UInt32) { self.rawValue = rawValue }

    /// The end is not due to an error.
    public static let noError = HTTP2ErrorCode(rawValue: 0x0)
    /// The peer broke the protocol.
    public static let protocolError = HTTP2ErrorCode(rawValue: 0x1)
    /// Something went wrong on this side.
    public static let internalError = HTTP2ErrorCode(rawValue: 0x2)
    /// The peer sent more than its window.
    public static let flowControlError = HTTP2ErrorCode(rawValue: 0x3)
    /// A frame came on a stream that had ended.
    public static let streamClosed = HTTP2ErrorCode(rawValue: 0x5)
    /// The request was not looked at: it is safe to send it again.
    public static let refusedStream = HTTP2ErrorCode(rawValue: 0x7)
    /// Nobody waits for the stream any more.
    public static let cancel = HTTP2ErrorCode(rawValue: 0x8)
    /// The peer does too much of something.
    public static let enhanceYourCalm = HTTP2ErrorCode(rawValue: 0xb)
    /// The connection's TLS is not good enough.
    public static let inadequateSecurity = HTTP2ErrorCode(rawValue: 0xc)
    /// Whether it says that the peer broke the protocol on a stream.
    var isBreach: Bool {
        self == .protocolError || self == .flowControlError || self == .streamClosed
    }
    /// Not on the wire: the connection went while the stream was open, and nobody knows how far the
    /// peer had got.
    public static let connectionLost = HTTP2ErrorCode(rawValue: .max)
}

/// A session that cannot go on: what nghttp2 says of it.
package struct SessionFailure: Error, Equatable, CustomStringConvertible {
    package let code: Int32

    /// The peer's first bytes were not HTTP/2's preface: most likely it speaks HTTP/1.1 or TLS.
    package var isBadPreface: Bool { code == NGHTTP2_ERR_BAD_CLIENT_MAGIC.rawValue }
    package var description: String { String(cString: nghttp2_strerror(code)) }
}
