/// A set of Unicode code points, as a character class of a pattern has it.
struct CodeSet: Equatable {
    /// Sorted, apart from each other.
    private(set) var ranges: [ClosedRange<UInt32>] = []

    static let last: UInt32 = 0x10FFFF

    init() {}

    init(_ ranges: ClosedRange<UInt32>...) {
        for range in ranges { insert(range) }
    }

    init(_ scalar: Unicode.Scalar) { insert(scalar.value...scalar.value) }

    mutating func insert(_ range: ClosedRange<UInt32>) {
        var (low, high) = (range.lowerBound, range.upperBound)
        var result: [ClosedRange<UInt32>] = []
        for other in ranges {
            if UInt64(other.upperBound) + 1 < UInt64(low)
                || UInt64(high) + 1 < UInt64(other.lowerBound)
            {
                result.append(other)
            } else {
                low = min(low, other.lowerBound)
                high = max(high, other.upperBound)
            }
        }
        result.append(low...high)
        ranges = result.sorted { $0.lowerBound < $1.lowerBound }
    }

    mutating func formUnion(_ other: CodeSet) { for range in other.ranges { insert(range) } }

    /// All code points that are not in the set.
    var inverted: CodeSet {
        var result = CodeSet()
        var next: UInt32 = 0
        for range in ranges {
            if range.lowerBound > next { result.insert(next...(range.lowerBound - 1)) }
            next = range.upperBound + 1
        }
        if next <= Self.last { result.insert(next...Self.last) }
        return result
    }

    /// The set with the other case of its ASCII letters.
    var ignoringCase: CodeSet {
        var result = self
        for range in ranges {
            for (first, last, shift) in [(0x41, 0x5A, 0x20), (0x61, 0x7A, -0x20)] {
                let low = max(Int(range.lowerBound), first)
                let high = min(Int(range.upperBound), last)
                guard low <= high else { continue }
                result.insert(UInt32(low + shift)...UInt32(high + shift))
            }
        }
        return result
    }
}

// RE2's Perl classes are of ASCII.
extension CodeSet {
    static let digits = CodeSet(0x30...0x39)
    static let word = CodeSet(0x30...0x39, 0x41...0x5A, 0x5F...0x5F, 0x61...0x7A)
    /// \t \n \f \r and the space.
    static let space = CodeSet(0x09...0x0A, 0x0C...0x0D, 0x20...0x20)

    /// The POSIX class of that name: "alpha" of [[:alpha:]].
    static func named(_ name: String) -> CodeSet? {
        switch name {
        case "alnum": CodeSet(0x30...0x39, 0x41...0x5A, 0x61...0x7A)
        case "alpha": CodeSet(0x41...0x5A, 0x61...0x7A)
        case "ascii": CodeSet(0...0x7F)
        case "blank": CodeSet(0x09...0x09, 0x20...0x20)
        case "cntrl": CodeSet(0...0x1F, 0x7F...0x7F)
        case "digit": digits
        case "graph": CodeSet(0x21...0x7E)
        case "lower": CodeSet(0x61...0x7A)
        case "print": CodeSet(0x20...0x7E)
        case "punct": CodeSet(0x21...0x2F, 0x3A...0x40, 0x5B...0x60, 0x7B...0x7E)
        case "space": CodeSet(0x09...0x0D, 0x20...0x20)
        case "upper": CodeSet(0x41...0x5A)
        case "word": word
        case "xdigit": CodeSet(0x30...0x39, 0x41...0x46, 0x61...0x66)
        default: nil
        }
    }
}

extension CodeSet {
    /// The set's UTF-8 encodings as sequences of byte ranges.
    var encodings: [[ClosedRange<UInt8>]] {
        var result: [[ClosedRange<UInt8>]] = []
        for range in ranges {
            // Surrogates have no encoding.
            for (low, high) in [(UInt32(0), UInt32(0xD7FF)), (0xE000, Self.last)] {
                let (first, last) = (max(range.lowerBound, low), min(range.upperBound, high))
                if first <= last { Self.encode(first, last, into: &result) }
            }
        }
        return result
    }

    /// Splits a range where the encodings change in length, or in a byte before the last.
    private static func encode(
        _ low: UInt32, _ high: UInt32, into result: inout [[ClosedRange<UInt8>]]
    ) {
        for limit: UInt32 in [0x7F, 0x7FF, 0xFFFF] where low <= limit && limit < high {
            encode(low, limit, into: &result)
            return encode(limit + 1, high, into: &result)
        }
        if high > 0x7F {
            let length = high > 0xFFFF ? 4 : high > 0x7FF ? 3 : 2
            for count in 1..<UInt32(length) {
                let mask = (UInt32(1) << (6 * count)) - 1
                guard low & ~mask != high & ~mask else { continue }
                if low & mask != 0 {
                    encode(low, low | mask, into: &result)
                    return encode((low | mask) + 1, high, into: &result)
                }
                if high & mask != mask {
                    encode(low, (high & ~mask) - 1, into: &result)
                    return encode(high & ~mask, high, into: &result)
                }
            }
        }
        result.append(zip(utf8(low), utf8(high)).map { $0...$1 })
    }

    private static func utf8(_ code: UInt32) -> [UInt8] {
        func tail(_ shift: UInt32) -> UInt8 { UInt8(0x80 | ((code >> shift) & 0x3F)) }
        if code <= 0x7F { return [UInt8(code)] }
        if code <= 0x7FF { return [UInt8(0xC0 | (code >> 6)), tail(0)] }
        if code <= 0xFFFF { return [UInt8(0xE0 | (code >> 12)), tail(6), tail(0)] }
        return [UInt8(0xF0 | (code >> 18)), tail(12), tail(6), tail(0)]
    }
}
