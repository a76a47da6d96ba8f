/// Parses RE2's syntax of regular expressions, without Unicode's named classes, flags inside groups
/// other than i and s, and references, which RE2 does not have either. Which of several matches is
/// found is not the parser's affair: greedy and reluctant repetitions are the same to it.
struct PatternParser {
    private let text: [Unicode.Scalar]
    private var position = 0
    private var depth = 0
    private var ignoresCase = false
    private var dotIsAny = false

    static func parse(_ pattern: String) throws(PatternError) -> PatternNode {
        var parser = PatternParser(text: Array(pattern.unicodeScalars))
        guard parser.text.count <= PatternLimits.lengthMax else {
            throw PatternError("more than \(PatternLimits.lengthMax) characters")
        }
        let node = try parser.choice()
        guard parser.position == parser.text.count else {
            throw PatternError("an unexpected ')'", at: parser.position)
        }
        return node
    }

    private init(text: [Unicode.Scalar]) { self.text = text }

    private var next: Unicode.Scalar? { position < text.count ? text[position] : nil }

    private mutating func take(_ scalar: Unicode.Scalar) -> Bool {
        guard next == scalar else { return false }
        position += 1
        return true
    }

    private mutating func choice() throws(PatternError) -> PatternNode {
        var choices = [try sequence()]
        while take("|") { choices.append(try sequence()) }
        return choices.count == 1 ? choices[0] : .choice(choices)
    }

    private mutating func sequence() throws(PatternError) -> PatternNode {
        var items: [PatternNode] = []
        while let scalar = next, scalar != "|", scalar != ")" {
            items.append(try repeated(try item()))
        }
        return items.count == 1 ? items[0] : items.isEmpty ? .nothing : .sequence(items)
    }

    private mutating func repeated(_ item: PatternNode) throws(PatternError) -> PatternNode {
        guard let bounds = try repetition() else { return item }
        _ = take("?")
        let start = position
        guard try repetition() == nil else {
            throw PatternError("a repetition of a repetition", at: start)
        }
        return .repetition(item, least: bounds.least, most: bounds.most)
    }

    private mutating func repetition() throws(PatternError) -> (least: Int, most: Int?)? {
        if take("*") { return (0, nil) }
        if take("+") { return (1, nil) }
        if take("?") { return (0, 1) }
        guard next == "{" else { return nil }
        let start = position
        position += 1
        let least = number()
        var most = least
        if take(",") { most = number() }
        // A brace that bounds nothing is a brace.
        guard let least, take("}") else {
            position = start
            return nil
        }
        let isOpen = text[position - 2] == ","
        guard max(least, most ?? 0) <= PatternLimits.repeatMax, isOpen || least <= (most ?? 0)
        else { throw PatternError("an impossible number of repetitions", at: start) }
        return (least, isOpen ? nil : most)
    }

    private mutating func number() -> Int? {
        var value: Int?
        while let scalar = next, (0x30...0x39).contains(scalar.value) {
            value = min((value ?? 0) * 10 + Int(scalar.value - 0x30), 1 << 20)
            position += 1
        }
        return value
    }

    private mutating func item() throws(PatternError) -> PatternNode {
        let start = position
        let scalar = text[position]
        position += 1
        switch scalar {
        case "(": return try group(start)
        case "[": return .set(cased(try set(start)))
        case ".":
            return .set(dotIsAny ? CodeSet(0...CodeSet.last) : CodeSet(0x0A...0x0A).inverted)
        case "^": return .assertion(.start)
        case "$": return .assertion(.end)
        case "*", "+", "?": throw PatternError("nothing to repeat", at: start)
        case "\\": return try escape(start)
        default: return .set(cased(CodeSet(scalar)))
        }
    }

    private func cased(_ set: CodeSet) -> CodeSet { ignoresCase ? set.ignoringCase : set }

    private mutating func group(_ start: Int) throws(PatternError) -> PatternNode {
        depth += 1
        guard depth <= PatternLimits.depthMax else {
            throw PatternError("groups inside each other more than \(PatternLimits.depthMax) deep")
        }
        defer { depth -= 1 }
        let flags = (ignoresCase, dotIsAny)
        if take("?") {
            if take("P") {
                try name(start)
            } else if next == "<" {
                try name(start)
            } else if try !options(start) {
                // (?i): for the rest of the group that it is in.
                return .nothing
            }
        }
        let node = try choice()
        guard take(")") else { throw PatternError("'(' without ')'", at: start) }
        (ignoresCase, dotIsAny) = flags
        return node
    }

    /// The name of a group, which says nothing about what it matches.
    private mutating func name(_ start: Int) throws(PatternError) {
        guard take("<") else { throw PatternError("an unknown kind of group", at: start) }
        while let scalar = next, scalar != ">" {
            guard scalar.value < 0x80, CodeSet.word.ranges.contains(where: { $0 ~= scalar.value })
            else { break }
            position += 1
        }
        guard take(">") else { throw PatternError("a group's name without end", at: start) }
    }

    /// Flags after "(?"; false when they end with ")" and hold for what follows.
    private mutating func options(_ start: Int) throws(PatternError) -> Bool {
        var isOn = true
        while let scalar = next {
            position += 1
            switch scalar {
            case "i": ignoresCase = isOn
            case "s": dotIsAny = isOn
            case "-" where isOn: isOn = false
            case ":": return true
            case ")": return false
            default:
                throw PatternError("the flag '\(scalar)' is not supported", at: position - 1)
            }
        }
        throw PatternError("'(' without ')'", at: start)
    }
}

// Classes and escapes.
extension PatternParser {
    private mutating func escape(_ start: Int) throws(PatternError) -> PatternNode {
        switch next {
        case "b":
            position += 1
            return .assertion(.wordBoundary)
        case "B":
            position += 1
            return .assertion(.noWordBoundary)
        case "A":
            position += 1
            return .assertion(.start)
        case "z":
            position += 1
            return .assertion(.end)
        case "Q":
            position += 1
            return quotation()
        default: return .set(cased(try escapedSet(start)))
        }
    }

    /// \Q…\E: characters that mean themselves.
    private mutating func quotation() -> PatternNode {
        var items: [PatternNode] = []
        while let scalar = next {
            position += 1
            if scalar == "\\", take("E") { break }
            items.append(.set(cased(CodeSet(scalar))))
        }
        return .sequence(items)
    }

    /// What stands after a backslash, as a set.
    private mutating func escapedSet(_ start: Int) throws(PatternError) -> CodeSet {
        guard let scalar = next else { throw PatternError("a '\\' at the end") }
        position += 1
        switch scalar {
        case "d": return .digits
        case "D": return CodeSet.digits.inverted
        case "w": return .word
        case "W": return CodeSet.word.inverted
        case "s": return .space
        case "S": return CodeSet.space.inverted
        case "n": return CodeSet(0x0A...0x0A)
        case "t": return CodeSet(0x09...0x09)
        case "r": return CodeSet(0x0D...0x0D)
        case "f": return CodeSet(0x0C...0x0C)
        case "v": return CodeSet(0x0B...0x0B)
        case "a": return CodeSet(0x07...0x07)
        case "x": return CodeSet(try hexadecimal(start))
        default:
            // Only punctuation may be escaped: letters mean something or nothing.
            let isLetter = CodeSet.word.ranges.contains { $0 ~= scalar.value }
            guard !isLetter || scalar == "_", scalar.value < 0x80 else {
                throw PatternError("'\\\(scalar)' is not supported", at: start)
            }
            return CodeSet(scalar)
        }
    }

    private mutating func hexadecimal(_ start: Int) throws(PatternError) -> Unicode.Scalar {
        var digits = ""
        if take("{") {
            while let scalar = next, scalar != "}", digits.utf8.count < 8 {
                digits.unicodeScalars.append(scalar)
                position += 1
            }
            guard take("}") else { throw PatternError("'\\x{' without '}'", at: start) }
        } else {
            for _ in 0..<2 {
                if let scalar = next { digits.unicodeScalars.append(scalar) }
                position += 1
            }
        }
        guard digits.utf8.count >= 1, position <= text.count, let code = UInt32(digits, radix: 16),
            let scalar = Unicode.Scalar(code)
        else { throw PatternError("'\\x' without a code point", at: start) }
        return scalar
    }

    private mutating func set(_ start: Int) throws(PatternError) -> CodeSet {
        let isInverted = take("^")
        var result = CodeSet()
        var isFirst = true
        while true {
            guard let scalar = next else { throw PatternError("'[' without ']'", at: start) }
            if scalar == "]", !isFirst {
                position += 1
                break
            }
            isFirst = false
            let low = try member(start)
            // A range, if a single character stands on both sides of the dash.
            guard next == "-", position + 1 < text.count, text[position + 1] != "]" else {
                result.formUnion(low)
                continue
            }
            let dash = position
            position += 1
            let high = try member(start)
            guard let first = low.single, let last = high.single, first <= last else {
                throw PatternError("an impossible range", at: dash)
            }
            result.insert(first...last)
        }
        return isInverted ? result.inverted : result
    }

    private mutating func member(_ start: Int) throws(PatternError) -> CodeSet {
        guard let scalar = next else { throw PatternError("'[' without ']'", at: start) }
        position += 1
        if scalar == "\\" { return try escapedSet(position - 1) }
        guard scalar == "[", next == ":" else { return CodeSet(scalar) }
        let begin = position - 1
        position += 1
        let isInverted = take("^")
        var name = ""
        while let scalar = next, scalar != ":", name.utf8.count < 16 {
            name.unicodeScalars.append(scalar)
            position += 1
        }
        guard take(":"), take("]"), let set = CodeSet.named(name) else {
            throw PatternError("an unknown class", at: begin)
        }
        return isInverted ? set.inverted : set
    }
}

extension CodeSet {
    /// The only code point of a set of one.
    fileprivate var single: UInt32? {
        guard ranges.count == 1, ranges[0].count == 1 else { return nil }
        return ranges[0].lowerBound
    }
}
