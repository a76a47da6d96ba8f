import VigieProtos
import VigieRPC

/// A request encoded before the run, gRPC's prefix included: sending it copies bytes, no more.
package struct PreparedRequest: Sendable {
    /// Flag, length, message.
    package let framed: [UInt8]
    /// The row's place in its file, for messages.
    package let row: Int
    /// What the answer repeats: the id of ModelInfer and ScoreApplication ("row 17").
    package let id: String
    /// Rows in it.
    package let batch: Int
    /// What its first output must be, by version ("*" for any other); empty when nothing is known.
    package let expected: [String: [Double]]

    /// - Parameter message: as it is on the wire, without prefix.
    package init(
        message: [UInt8], row: Int, id: String, batch: Int = 1, expected: [String: [Double]] = [:]
    ) {
        framed = [UInt8](unsafeUninitializedCapacity: message.count + 5) { room, count in
            let raw = UnsafeMutableRawBufferPointer(room)
            MessageFraming.writePrefix(raw, flag: 0, count: message.count)
            UnsafeMutableRawBufferPointer(rebasing: raw[5...]).copyBytes(from: message)
            count = message.count + 5
        }
        self.row = row
        self.id = id
        self.batch = batch
        self.expected = expected
    }

    /// The message without its prefix.
    package var message: ArraySlice<UInt8> { framed.dropFirst(5) }
}

/// One part of the load, ready to be sent.
package struct LoadTarget: Sendable {
    package let entry: MixEntry
    /// Sent in turn; at least one.
    package let requests: [PreparedRequest]
    /// What the outputs must look like; nil where that is not known.
    package let signature: ModelSignature?

    package init(
        _ entry: MixEntry, requests: [PreparedRequest], signature: ModelSignature? = nil
    ) {
        self.entry = entry
        self.requests = requests
        self.signature = signature
    }
}
