/// Texts one after the other, broadcast.
final class StringConcatStep: PairStep {
    override func run(_ values: Values) throws(InferenceError) {
        let (walk, left, right, out) = try broadcast(values)
        let (a, b, _) = walk.runStrides
        var bytes = 0
        walk.forEachRun { _, first, second, _ in
            for index in 0..<walk.runCount {
                left.withString(at: first + index * a) { one in
                    right.withString(at: second + index * b) { two in
                        one.withUnsafeBytes { for byte in $0 { out.appendByte(byte) } }
                        two.withUnsafeBytes { for byte in $0 { out.appendByte(byte) } }
                        bytes += one.byteCount + two.byteCount
                    }
                }
                out.endString()
            }
        }
        try values.hold(bytes + out.count * 8, output, self)
    }
}

/// Texts to rows of their parts, padded with empty ones, and how many there are.
final class StringSplitStep: Step {
    /// Nothing splits at runs of white space.
    let delimiter: [UInt8]
    let splitsMax: Int
    let input: Int
    let outputs: [Int]

    init(
        _ place: String, _ delimiter: [UInt8], _ splitsMax: Int, _ input: Int, _ outputs: [Int]
    ) {
        self.delimiter = delimiter
        self.splitsMax = splitsMax < 0 ? .max : splitsMax
        self.input = input
        self.outputs = outputs
        super.init(place)
    }

    override func run(_ values: Values) throws(InferenceError) {
        let source = values[input]
        guard source.shape.rank < TensorShape.rankMax else { throw mismatch("too many dimensions") }
        let counts = try values.shape(outputs[1], source.shape, self)
        var longest = 0
        for index in 0..<source.count {
            var count = 0
            forEach(source, index) { _, _ in count += 1 }
            counts.withElements(of: Int64.self) { $0[index] = Int64(count) }
            longest = max(longest, count)
        }
        let out = try values.shape(outputs[0], source.shape.appending(longest), self)
        guard out.count > 0 else { return }
        var bytes = 0
        for index in 0..<source.count {
            var count = 0
            forEach(source, index) { text, part in
                text.bytes(part) { out.appendString($0) }
                bytes += part.count
                count += 1
            }
            for _ in count..<longest { out.appendString("") }
        }
        try values.hold(bytes + out.count * 8, outputs[0], self)
    }

    private func forEach(
        _ source: Tensor, _ index: Int, _ body: (UnsafeRawBufferPointer, Range<Int>) -> Void
    ) {
        source.withString(at: index) { text in
            text.withUnsafeBytes { text in
                if delimiter.isEmpty { words(text, body) } else { parts(text, body) }
            }
        }
    }

    private func words(
        _ text: UnsafeRawBufferPointer, _ body: (UnsafeRawBufferPointer, Range<Int>) -> Void
    ) {
        func isSpace(_ byte: UInt8) -> Bool { byte == 0x20 || (0x09...0x0D).contains(byte) }
        var (index, splits) = (0, 0)
        while true {
            while index < text.count, isSpace(text[index]) { index += 1 }
            guard index < text.count else { return }
            var end = index
            if splits < splitsMax {
                while end < text.count, !isSpace(text[end]) { end += 1 }
            } else {
                end = text.count
            }
            body(text, index..<end)
            splits += 1
            index = end
        }
    }

    private func parts(
        _ text: UnsafeRawBufferPointer, _ body: (UnsafeRawBufferPointer, Range<Int>) -> Void
    ) {
        guard !text.isEmpty else { return }
        var (start, index, splits) = (0, 0, 0)
        while splits < splitsMax, index + delimiter.count <= text.count {
            if delimiter.indices.allSatisfy({ text[index + $0] == delimiter[$0] }) {
                body(text, start..<index)
                index += delimiter.count
                start = index
                splits += 1
            } else {
                index += 1
            }
        }
        body(text, start..<text.count)
    }
}

/// Whether all of a text matches a regular expression.
final class FullMatchStep: Step {
    let pattern: Pattern
    let input: Int
    let output: Int

    init(_ place: String, _ pattern: Pattern, _ input: Int, _ output: Int) {
        self.pattern = pattern
        self.input = input
        self.output = output
        super.init(place)
    }

    override func run(_ values: Values) throws(InferenceError) {
        let source = values[input]
        let out = try values.shape(output, source.shape, self)
        for index in 0..<source.count {
            let matches = source.withString(at: index) { text in
                text.withUnsafeBytes { pattern.matchesWhole($0) }
            }
            out.withElements(of: UInt8.self) { $0[index] = matches ? 1 : 0 }
        }
    }
}
