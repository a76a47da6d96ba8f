import VigieTransport

/// Trailers that many answers carry alike, prepared once: an answer with them costs no more memory
/// than one without. Any thread may make one.
package final class AnswerNote: Sendable {
    /// Fields of the note alone.
    let fields: [HeaderField]
    /// Those of a call that ended well.
    let okTrailers: SharedHeaders

    /// - Parameter pairs: keys that are valid (``Metadata/isValidKey(_:)``), and printable ASCII; others
    ///   are left out.
    package init(_ pairs: [(String, String)]) {
        fields = Metadata(pairs).headerFields
        okTrailers = SharedHeaders([HeaderField("grpc-status", "0")] + fields)
    }
}
