/// A regular expression as a tree over bytes.
indirect enum PatternSyntax: Equatable {
    case empty
    case bytes(ByteSet)
    case sequence([PatternSyntax])
    case choice([PatternSyntax])
    /// - maximum: nil for as often as there is.
    case repeated(PatternSyntax, minimum: Int, maximum: Int?)
}

/// A set of bytes.
struct ByteSet: Equatable, Hashable {
    private var words: InlineArray<4, UInt64> = InlineArray(repeating: 0)

    init() {}

    init(_ byte: UInt8) { insert(byte) }

    init(_ range: ClosedRange<UInt8>) { for byte in range { insert(byte) } }

    static let all = ByteSet(0...255)

    mutating func insert(_ byte: UInt8) { words[Int(byte >> 6)] |= 1 << UInt64(byte & 63) }

    mutating func formUnion(_ other: ByteSet) {
        for index in words.indices { words[index] |= other.words[index] }
    }

    func contains(_ byte: UInt8) -> Bool { words[Int(byte >> 6)] >> UInt64(byte & 63) & 1 == 1 }

    var inverted: ByteSet {
        var other = ByteSet()
        for index in words.indices { other.words[index] = ~words[index] }
        return other
    }

    /// Letters of either case where there is one.
    var ignoringCase: ByteSet {
        var other = self
        for lower in UInt8(ascii: "a")...UInt8(ascii: "z") {
            let upper = lower - 32
            if contains(lower) { other.insert(upper) }
            if contains(upper) { other.insert(lower) }
        }
        return other
    }

    static func == (left: ByteSet, right: ByteSet) -> Bool {
        left.words.indices.allSatisfy { left.words[$0] == right.words[$0] }
    }

    func hash(into hasher: inout Hasher) {
        for index in words.indices { hasher.combine(words[index]) }
    }
}

/// Why a text is no pattern that we take.
package struct PatternError: Error, Sendable, Equatable, CustomStringConvertible {
    /// Where in the pattern, in bytes from its begin; nil when it is as a whole.
    package let offset: Int?
    package let problem: String

    init(_ offset: Int?, _ problem: String) {
        self.offset = offset
        self.problem = problem
    }

    package var description: String {
        offset.map { "\(problem) (at byte \($0))" } ?? problem
    }
}
