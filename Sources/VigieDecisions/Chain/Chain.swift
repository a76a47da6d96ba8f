import VigieCrypto

/// Where a chain of records ends.
///
/// A record's hash is SHA-256 over the hash of the record before it, its own number as 64 bits
/// big-endian, and the bytes of its text. The first one's predecessor is all zeros.
struct ChainEnd: Sendable, Equatable {
    /// Records so far.
    var sequence: UInt64
    var hash: String

    static let start = ChainEnd(sequence: 0, hash: String(repeating: "0", count: 64))

    /// The end after one more record.
    func appending(_ record: RawSpan) -> ChainEnd {
        var hash = SHA256()
        let previous = Hex.decode(self.hash) ?? []
        hash.update(previous.span.bytes)
        withUnsafeBytes(of: (sequence + 1).bigEndian) { hash.update($0.bytes) }
        hash.update(record)
        return ChainEnd(sequence: sequence + 1, hash: hash.finalize().hex)
    }
}
