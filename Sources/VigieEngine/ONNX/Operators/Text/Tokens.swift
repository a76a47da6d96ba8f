/// Where the words of a text are.
struct Tokens {
    enum Kind {
        /// Each code point is a word.
        case characters
        /// Each match is a word.
        case pattern(Pattern)
        /// What is between matches is a word; the patterns split one after the other.
        case separators([Pattern])
    }

    let kind: Kind
    /// Code points that a word has at least.
    let shortest: Int

    /// Calls `emit` with each word in order; false for text that is not UTF-8.
    /// - Parameter read: is counted up by the bytes that were looked at.
    @inline(__always)
    func forEach(
        _ text: UnsafeRawBufferPointer, _ read: inout Int, _ emit: (Range<Int>) -> Void
    ) -> Bool {
        switch kind {
        case .characters:
            var index = 0
            read += text.count
            while index < text.count {
                guard let (_, length) = UTF8Reader.decode(text, at: index) else { return false }
                if shortest == 1 { emit(index..<(index + length)) }
                index += length
            }
            return true
        case .pattern(let pattern):
            guard UTF8Reader.count(text) != nil else { return false }
            var index = 0
            while index < text.count {
                guard let end = pattern.match(text, at: index, &read), end > index else {
                    index += 1
                    continue
                }
                if isLongEnough(text, index..<end) { emit(index..<end) }
                index = end
            }
            return true
        case .separators(let patterns):
            guard UTF8Reader.count(text) != nil else { return false }
            split(text, 0..<text.count, patterns[...], &read, emit)
            return true
        }
    }

    @inline(__always)
    private func isLongEnough(_ text: UnsafeRawBufferPointer, _ word: Range<Int>) -> Bool {
        if shortest == 1 || word.count / 4 >= shortest { return true }
        // Bytes that continue a code point do not count.
        var count = 0
        for index in word where text[index] & 0xC0 != 0x80 { count += 1 }
        return count >= shortest
    }

    /// Splits a part of the text by the first pattern, and what it leaves by the others.
    private func split(
        _ text: UnsafeRawBufferPointer, _ range: Range<Int>, _ patterns: ArraySlice<Pattern>,
        _ read: inout Int, _ emit: (Range<Int>) -> Void
    ) {
        guard let pattern = patterns.first else {
            if !range.isEmpty, isLongEnough(text, range) { emit(range) }
            return
        }
        // Patterns see the part alone, as if it were the whole text.
        let part = UnsafeRawBufferPointer(rebasing: text[range])
        var (start, index) = (0, 0)
        while index < part.count {
            guard let end = pattern.match(part, at: index, &read), end > index else {
                index += 1
                continue
            }
            let piece = (range.lowerBound + start)..<(range.lowerBound + index)
            split(text, piece, patterns.dropFirst(), &read, emit)
            (start, index) = (end, end)
        }
        let piece = (range.lowerBound + start)..<range.upperBound
        split(text, piece, patterns.dropFirst(), &read, emit)
    }
}
