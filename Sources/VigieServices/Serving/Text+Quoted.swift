import VigieProtos

extension Text {
    /// The most bytes of a caller's own name that a message repeats to him.
    private static let quotedBytesMax = 100

    /// "'age'", cut short when it is longer than any sensible name: messages go into headers, which
    /// clients bound.
    var quoted: String {
        guard count > Self.quotedBytesMax else { return "'\(String(self))'" }
        let start = withSpan { span in
            (0..<Self.quotedBytesMax).map { span[$0] }
        }
        // Cut within a character, the rest of that becomes U+FFFD.
        return "'\(String(decoding: start, as: UTF8.self))…'"
    }
}
