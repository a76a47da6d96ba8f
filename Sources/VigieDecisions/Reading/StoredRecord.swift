import VigieEngine

/// A record as a sink holds it.
package struct StoredRecord: Sendable {
    /// Whose it is; empty in a file log, which is one chain.
    package let chain: String
    package let sequence: UInt64
    package let previous: String
    package let hash: String
    /// The canonical text.
    package let record: [UInt8]
    /// What stands beside it: the salt of its digest, and values; nil for nothing, also once erased.
    package let side: [UInt8]?
    /// Where it is, for messages.
    package let place: String

    /// The chain's end that follows from the predecessor and the text.
    var recomputed: ChainEnd? {
        guard sequence > 0 else { return nil }
        return ChainEnd(sequence: sequence - 1, hash: previous).appending(record.span.bytes)
    }

    /// The record's fields.
    package var fields: JSONValue? { try? JSONParser.parse(record) }
}
