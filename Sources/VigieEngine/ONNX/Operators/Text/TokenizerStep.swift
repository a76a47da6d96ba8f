/// Texts to rows of words, padded to the longest row's length (com.microsoft.Tokenizer).
final class TokenizerStep: Step {
    let tokens: Tokens
    /// Whether a row is wrapped in the characters U+0002 and U+0003.
    let marks: Bool
    let padding: [UInt8]
    let input: Int
    let output: Int

    init(
        _ place: String, _ tokens: Tokens, _ marks: Bool, _ padding: String, _ input: Int,
        _ output: Int
    ) {
        self.tokens = tokens
        self.marks = marks
        self.padding = Array(padding.utf8)
        self.input = input
        self.output = output
        super.init(place)
    }

    override var refusesValues: Bool { true }

    override func run(_ values: Values) throws(InferenceError) {
        let source = values[input]
        guard source.shape.rank == 1 || source.shape.rank == 2 else {
            throw mismatch("its input \(source.shape) is neither a vector nor a matrix")
        }
        var longest = 0
        for index in 0..<source.count {
            var count = 0
            try forEach(source, index, values) { _, _ in count += 1 }
            longest = max(longest, count)
        }
        // Rows without any word are not marked either.
        let width = longest == 0 ? 0 : longest + (marks ? 2 : 0)
        let out = try values.shape(output, source.shape.appending(width), self)
        guard out.count > 0 else { return }
        var bytes = 0
        for index in 0..<source.count {
            var count = 0
            if marks { append([2], to: out, &count) }
            try forEach(source, index, values) { text, word in
                text.bytes(word) { out.appendString($0) }
                bytes += word.count
                count += 1
            }
            if marks { append([3], to: out, &count) }
            while count < width { append(padding, to: out, &count) }
            try values.hold(bytes + out.count * (8 + padding.count), output, self)
        }
    }

    private func append(_ bytes: [UInt8], to out: Tensor, _ count: inout Int) {
        out.appendString(bytes.span.bytes)
        count += 1
    }

    @inline(__always)
    private func forEach(
        _ source: Tensor, _ index: Int, _ values: Values,
        _ body: (UnsafeRawBufferPointer, Range<Int>) -> Void
    ) throws(InferenceError) {
        var read = 0
        let isText = source.withString(at: index) { text in
            text.withUnsafeBytes { text in tokens.forEach(text, &read) { body(text, $0) } }
        }
        guard isText else { throw mismatch("text \(index) is not UTF-8") }
        try values.charge(read, self)
    }
}

extension UnsafeRawBufferPointer {
    /// Calls `body` with a part of the bytes.
    @inline(__always)
    func bytes(_ range: Range<Int>, _ body: (RawSpan) -> Void) {
        body(UnsafeRawBufferPointer(rebasing: self[range]).bytes)
    }
}
