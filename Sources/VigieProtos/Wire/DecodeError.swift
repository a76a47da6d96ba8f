/// Why bytes could not be decoded as a message.
public struct DecodeError: Error, Equatable, Sendable {
    /// The most levels of messages in messages that are decoded: as many as protobuf's own
    /// libraries take, and little enough for any thread's stack.
    public static let depthMax = 100

    /// What is wrong.
    public enum Reason: Equatable, Sendable {
        /// The bytes are cut short or are no protobuf, or a field has another type on the wire.
        case malformed
        /// Messages in messages over `DecodeError.depthMax` deep.
        case tooDeep
        /// A string field is not UTF-8.
        case invalidUTF8
        /// A string field contains the character NUL.
        case containsNUL
        /// The message needs more memory than the arena's limit.
        case limit(bytes: Int)
    }

    /// What is wrong.
    public let reason: Reason

    /// The full name of the message type in which it happened: "vigie.v1.FeatureValue".
    public let message: String

    /// The field of that message, as the .proto file names it; empty when none is to blame.
    public let field: String

    /// The position in the bytes where the field, or what is wrong, begins.
    public let offset: Int

    @usableFromInline
    init(_ reason: Reason, message: String, field: String = "", offset: Int = 0) {
        self.reason = reason
        self.message = message
        self.field = field
        self.offset = offset
    }
}

extension DecodeError: CustomStringConvertible {
    /// A sentence for the caller: what, in which field, and where.
    public var description: String {
        let place = field.isEmpty ? message : "\(message).\(field)"
        switch reason {
        case .malformed:
            return "\(place) is not valid protobuf at byte \(offset)"
        case .tooDeep:
            return "\(place) at byte \(offset) is nested over \(DecodeError.depthMax) levels deep"
        case .invalidUTF8:
            return "\(place) at byte \(offset) is not valid UTF-8"
        case .containsNUL:
            return "\(place) at byte \(offset) contains a NUL character"
        case .limit(let bytes):
            return "\(place) needs more than the \(bytes) bytes of memory that a message may take"
        }
    }
}
