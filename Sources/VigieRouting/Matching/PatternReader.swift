/// Reads a pattern: the part of RE2's syntax (github.com/google/re2/wiki/Syntax) that says which
/// whole values match, and nothing that needs to go back: no back-references, no look-around.
///
/// Literals, `.`, `[a-z]`, `[^a-z]`, `\d \D \w \W \s \S`, `\xHH`, `( )`, `(?: )`, `|`, `* + ? {n} {n,}
/// {n,m}`, `(?i)` at the beginning; `^` there and `$` at the end change nothing.
struct PatternReader {
    /// Parentheses within each other.
    static let depthMax = 32
    /// What `{n,m}` may ask for.
    static let repeatMax = 255

    private let bytes: [UInt8]
    private var position = 0
    private var depth = 0
    private var ignoresCase = false

    private init(_ pattern: String) { bytes = Array(pattern.utf8) }

    static func read(_ pattern: String) throws(PatternError) -> PatternSyntax {
        var reader = PatternReader(pattern)
        if reader.take("(?i)") { reader.ignoresCase = true }
        _ = reader.take("^")
        let syntax = try reader.choice()
        guard reader.isAtEnd else {
            throw PatternError(reader.position, "there is a ')' without its '('")
        }
        return syntax
    }

    private var isAtEnd: Bool { position == bytes.count }
    private var next: UInt8? { isAtEnd ? nil : bytes[position] }

    private mutating func take(_ text: StaticString) -> Bool {
        let count = text.utf8CodeUnitCount
        guard position + count <= bytes.count else { return false }
        let isThere = text.withUTF8Buffer { $0.elementsEqual(bytes[position..<position + count]) }
        if isThere { position += count }
        return isThere
    }

    // MARK: Grammar

    private mutating func choice() throws(PatternError) -> PatternSyntax {
        var branches = [try sequence()]
        while take("|") { branches.append(try sequence()) }
        return branches.count == 1 ? branches[0] : .choice(branches)
    }

    private mutating func sequence() throws(PatternError) -> PatternSyntax {
        var parts: [PatternSyntax] = []
        while let byte = next, byte != UInt8(ascii: "|"), byte != UInt8(ascii: ")") {
            let start = position
            if byte == UInt8(ascii: "$") {
                position += 1
                guard isAtEnd, depth == 0 else {
                    throw PatternError(
                        start, "'$' stands at the end only: a pattern matches whole values")
                }
                break
            }
            let part = try atom()
            parts.append(try quantified(part, since: start))
        }
        switch parts.count {
        case 0: return .empty
        case 1: return parts[0]
        default: return .sequence(parts)
        }
    }

    private mutating func quantified(
        _ part: PatternSyntax, since start: Int
    ) throws(PatternError) -> PatternSyntax {
        var part = part
        var count = 0
        while let byte = next {
            let bounds: (Int, Int?)
            switch byte {
            case UInt8(ascii: "*"): bounds = (0, nil)
            case UInt8(ascii: "+"): bounds = (1, nil)
            case UInt8(ascii: "?"): bounds = (0, 1)
            case UInt8(ascii: "{"): bounds = try braces()
            default: return part
            }
            if byte != UInt8(ascii: "{") { position += 1 }
            count += 1
            // `a*?` and `a*+` say which of several matches is wanted; of a whole value there is one.
            guard count == 1 else {
                throw PatternError(position - 1, "two quantifiers follow each other")
            }
            part = .repeated(part, minimum: bounds.0, maximum: bounds.1)
        }
        return part
    }

    private mutating func braces() throws(PatternError) -> (Int, Int?) {
        let start = position
        position += 1
        guard let minimum = number() else {
            throw PatternError(start, "'{' begins no {n}, {n,} or {n,m}; write '\\{' for itself")
        }
        var maximum: Int? = minimum
        if take(",") { maximum = number() }
        guard take("}") else {
            throw PatternError(start, "'{' begins no {n}, {n,} or {n,m}; write '\\{' for itself")
        }
        guard minimum <= Self.repeatMax, (maximum ?? minimum) <= Self.repeatMax else {
            throw PatternError(start, "repeats more than \(Self.repeatMax) times")
        }
        if let maximum, maximum < minimum {
            throw PatternError(start, "repeats at least \(minimum) and at most \(maximum) times")
        }
        return (minimum, maximum)
    }

    private mutating func number() -> Int? {
        var value: Int?
        while let byte = next, byte >= UInt8(ascii: "0"), byte <= UInt8(ascii: "9"),
            (value ?? 0) < 100_000
        {
            value = (value ?? 0) * 10 + Int(byte - UInt8(ascii: "0"))
            position += 1
        }
        return value
    }

    private mutating func atom() throws(PatternError) -> PatternSyntax {
        let start = position
        let byte = bytes[position]
        position += 1
        switch byte {
        case UInt8(ascii: "."): return .bytes(.all)
        case UInt8(ascii: "("): return try group(start)
        case UInt8(ascii: "["): return .bytes(folded(try set(start)))
        case UInt8(ascii: "\\"): return .bytes(folded(try escape(start)))
        case UInt8(ascii: "*"), UInt8(ascii: "+"), UInt8(ascii: "?"), UInt8(ascii: "{"):
            throw PatternError(start, "a quantifier has nothing to repeat")
        case UInt8(ascii: "^"):
            throw PatternError(
                start, "'^' stands at the beginning only: a pattern matches whole values")
        default: return .bytes(folded(ByteSet(byte)))
        }
    }

    private func folded(_ set: ByteSet) -> ByteSet { ignoresCase ? set.ignoringCase : set }

    private mutating func group(_ start: Int) throws(PatternError) -> PatternSyntax {
        if next == UInt8(ascii: "?"), !take("?:") {
            throw PatternError(
                start, "of the groups with '(?' only '(?:' is taken: no look-around, no names")
        }
        depth += 1
        guard depth <= Self.depthMax else {
            throw PatternError(start, "more than \(Self.depthMax) groups lie within each other")
        }
        let inner = try choice()
        guard take(")") else { throw PatternError(start, "a '(' has no ')'") }
        depth -= 1
        return inner
    }

    // MARK: Sets

    private mutating func escape(_ start: Int) throws(PatternError) -> ByteSet {
        guard let byte = next else { throw PatternError(start, "ends with a lone '\\'") }
        position += 1
        switch byte {
        case UInt8(ascii: "d"): return Self.digits
        case UInt8(ascii: "D"): return Self.digits.inverted
        case UInt8(ascii: "w"): return Self.wordBytes
        case UInt8(ascii: "W"): return Self.wordBytes.inverted
        case UInt8(ascii: "s"): return Self.spaces
        case UInt8(ascii: "S"): return Self.spaces.inverted
        case UInt8(ascii: "t"): return ByteSet(9)
        case UInt8(ascii: "x"):
            guard position + 2 <= bytes.count,
                let value = UInt8(
                    String(decoding: bytes[position..<position + 2], as: UTF8.self), radix: 16)
            else { throw PatternError(start, "'\\x' needs two hexadecimal digits") }
            position += 2
            return ByteSet(value)
        case UInt8(ascii: "1")...UInt8(ascii: "9"):
            throw PatternError(
                start, "back-references are not taken: they cannot be matched in linear time")
        default:
            let isLetter =
                (byte | 32) >= UInt8(ascii: "a") && (byte | 32) <= UInt8(ascii: "z")
                || byte == UInt8(ascii: "0")
            guard !isLetter, byte < 128 else {
                throw PatternError(
                    start, "there is no escape '\\\(Character(Unicode.Scalar(byte)))'")
            }
            return ByteSet(byte)
        }
    }

    private static let digits = ByteSet(UInt8(ascii: "0")...UInt8(ascii: "9"))
    private static let wordBytes: ByteSet = {
        var set = digits
        set.formUnion(ByteSet(UInt8(ascii: "a")...UInt8(ascii: "z")))
        set.formUnion(ByteSet(UInt8(ascii: "A")...UInt8(ascii: "Z")))
        set.insert(UInt8(ascii: "_"))
        return set
    }()
    private static let spaces: ByteSet = {
        var set = ByteSet(9...13)
        set.insert(32)
        return set
    }()

    private mutating func set(_ start: Int) throws(PatternError) -> ByteSet {
        let isInverted = take("^")
        var set = ByteSet()
        var isFirst = true
        while true {
            guard let byte = next else { throw PatternError(start, "a '[' has no ']'") }
            if byte == UInt8(ascii: "]"), !isFirst { break }
            isFirst = false
            let place = position
            let lower = try element(start)
            guard next == UInt8(ascii: "-"), position + 1 < bytes.count,
                bytes[position + 1] != UInt8(ascii: "]")
            else {
                set.formUnion(lower)
                continue
            }
            position += 1
            let upper = try element(start)
            guard let low = lower.single, let high = upper.single, low <= high else {
                throw PatternError(place, "a range goes from a character to one that is not below")
            }
            set.formUnion(ByteSet(low...high))
        }
        position += 1
        return isInverted ? set.inverted : set
    }

    private mutating func element(_ start: Int) throws(PatternError) -> ByteSet {
        let place = position
        guard let byte = next else { throw PatternError(start, "a '[' has no ']'") }
        position += 1
        if byte == UInt8(ascii: "\\") { return try escape(place) }
        guard byte < 128 else {
            throw PatternError(place, "sets are of ASCII characters: metadata has no others")
        }
        if byte == UInt8(ascii: "["), next == UInt8(ascii: ":") {
            throw PatternError(place, "named classes are not taken; write '[a-z]' and the like")
        }
        return ByteSet(byte)
    }
}

extension ByteSet {
    /// The one byte that is in it; nil when there are none or several.
    fileprivate var single: UInt8? {
        let all = (UInt8.min...UInt8.max).filter(contains)
        return all.count == 1 ? all[0] : nil
    }
}
