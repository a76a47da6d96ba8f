import VigieTransport

/// Cuts a body into gRPC's length-prefixed messages: a flag byte, a big-endian length, the bytes.
package struct MessageDeframer: ~Copyable {
    package enum Failure: Error, Equatable {
        /// A flag other than 0 and 1.
        case badFlag(UInt8)
        case tooLarge(bytes: Int, limit: Int)
    }

    /// Bytes of flag and length in front of a message.
    package static let prefixBytes = 5

    private var buffer = ByteQueue()
    /// Largest message, as it is on the wire.
    package var limit: Int

    package init(limit: Int) { self.limit = limit }

    package mutating func append(_ bytes: RawSpan) { buffer.append(bytes) }

    /// Bytes that wait, part of a message or more.
    package var bufferedBytes: Int { buffer.count }

    /// The next message's flag and size when it is here whole, else nil.
    package func next() throws(Failure) -> (isCompressed: Bool, count: Int)? {
        let bytes = buffer.bytes
        guard bytes.byteCount >= Self.prefixBytes else { return nil }
        let flag = bytes.unsafeLoad(fromByteOffset: 0, as: UInt8.self)
        let count = Int(
            UInt32(bigEndian: bytes.unsafeLoadUnaligned(fromByteOffset: 1, as: UInt32.self)))
        guard flag <= 1 else { throw .badFlag(flag) }
        // Refused by its prefix, before its bytes fill memory.
        guard count <= limit else { throw .tooLarge(bytes: count, limit: limit) }
        guard bytes.byteCount >= Self.prefixBytes + count else { return nil }
        return (flag == 1, count)
    }

    /// Lends the bytes of the message that ``next()`` found.
    package func withMessage<Result, Failure: Error>(
        _ count: Int, _ body: (RawSpan) throws(Failure) -> Result
    ) throws(Failure) -> Result {
        try body(buffer.bytes.extracting(Self.prefixBytes..<Self.prefixBytes + count))
    }

    /// Drops the message that ``next()`` found.
    package mutating func consume(_ count: Int) { buffer.consume(Self.prefixBytes + count) }

    package mutating func removeAll() { buffer.removeAll() }
}
