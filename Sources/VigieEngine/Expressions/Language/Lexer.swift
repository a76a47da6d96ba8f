/// From an expression's text to its words.
struct Lexer {
    let text: [UInt8]
    private var position = 0

    init(_ text: [UInt8]) { self.text = text }

    /// All words, and an end.
    static func tokens(_ text: [UInt8]) throws(ExpressionError) -> [Token] {
        guard text.count <= ExpressionLimits.textBytesMax else {
            throw ExpressionError(
                "an expression has at most \(ExpressionLimits.textBytesMax) bytes", in: text,
                at: 0..<1, isLimit: true)
        }
        var lexer = Lexer(text)
        var tokens: [Token] = []
        while true {
            let token = try lexer.next()
            tokens.append(token)
            if token.kind == .end { return tokens }
        }
    }

    private func fail(_ problem: String, _ place: Range<Int>) -> ExpressionError {
        ExpressionError(problem, in: text, at: place)
    }

    private func byte(_ offset: Int = 0) -> UInt8? {
        position + offset < text.count ? text[position + offset] : nil
    }

    private mutating func next() throws(ExpressionError) -> Token {
        skipSpace()
        let start = position
        guard let first = byte() else { return Token(kind: .end, place: start..<start) }
        if Self.isDigit(first) { return try number(from: start) }
        if Self.startsName(first) { return name(from: start) }
        switch first {
        case UInt8(ascii: "'"), UInt8(ascii: "\""):
            return Token(kind: .text(try quoted(first)), place: start..<position)
        case UInt8(ascii: "`"):
            let name = try quoted(first)
            guard !name.isEmpty else { throw fail("a name between `` is empty", start..<position) }
            return Token(kind: .name(name, isQuoted: true), place: start..<position)
        default: return try symbol(from: start)
        }
    }

    /// Space, and from "#" to the end of its line.
    private mutating func skipSpace() {
        while let next = byte() {
            switch next {
            case 0x20, 0x09, 0x0A, 0x0D: position += 1
            case UInt8(ascii: "#"):
                while let next = byte(), next != 0x0A { position += 1 }
            default: return
            }
        }
    }

    private static func isDigit(_ byte: UInt8) -> Bool { byte &- UInt8(ascii: "0") < 10 }

    private static func startsName(_ byte: UInt8) -> Bool {
        byte | 0x20 >= UInt8(ascii: "a") && byte | 0x20 <= UInt8(ascii: "z")
            || byte == UInt8(ascii: "_")
    }

    /// Letters, digits and underscores, and single dots between them.
    private mutating func name(from start: Int) -> Token {
        while let next = byte() {
            if Self.startsName(next) || Self.isDigit(next) {
                position += 1
            } else if next == UInt8(ascii: "."), let after = byte(1),
                Self.startsName(after) || Self.isDigit(after)
            {
                position += 1
            } else {
                break
            }
        }
        let name = String(decoding: text[start..<position], as: UTF8.self)
        return Token(kind: .name(name, isQuoted: false), place: start..<position)
    }

    private mutating func symbol(from start: Int) throws(ExpressionError) -> Token {
        for symbol in Token.Symbol.allCases {
            let letters = Array(symbol.rawValue.utf8)
            guard text[position...].starts(with: letters) else { continue }
            position += letters.count
            return Token(kind: .symbol(symbol), place: start..<position)
        }
        switch text[position] {
        case UInt8(ascii: "="): throw fail("'=' is written '=='", start..<start + 1)
        case UInt8(ascii: "&"): throw fail("'&&' is written 'and'", start..<start + 1)
        case UInt8(ascii: "|"): throw fail("'||' is written 'or'", start..<start + 1)
        case UInt8(ascii: "!"): throw fail("'!' is written 'not'", start..<start + 1)
        default: break
        }
        var end = start + 1
        while end < text.count, text[end] & 0xC0 == 0x80 { end += 1 }
        let character = String(decoding: text[start..<end], as: UTF8.self)
        throw fail(StrangeCharacter.problem(character.unicodeScalars.first ?? " "), start..<end)
    }

    // MARK: Numbers

    private static let unitMilliseconds: [String: Double] = [
        "ms": 1, "s": 1_000, "m": 60_000, "h": 3_600_000, "d": 86_400_000, "w": 604_800_000,
    ]

    private mutating func number(from start: Int) throws(ExpressionError) -> Token {
        var digits: [UInt8] = []
        var isInteger = true
        takeDigits(&digits)
        if byte() == UInt8(ascii: "."), let after = byte(1), Self.isDigit(after) {
            isInteger = false
            digits.append(UInt8(ascii: "."))
            position += 1
            takeDigits(&digits)
        }
        if let letter = byte(), letter | 0x20 == UInt8(ascii: "e") {
            var length = 1
            if let sign = byte(1), sign == UInt8(ascii: "+") || sign == UInt8(ascii: "-") {
                length = 2
            }
            if let digit = byte(length), Self.isDigit(digit) {
                isInteger = false
                digits.append(contentsOf: text[position..<position + length])
                position += length
                takeDigits(&digits)
            }
        }
        guard let value = Double(String(decoding: digits, as: UTF8.self)), value.isFinite else {
            throw fail("a number too great", start..<position)
        }
        // Beside 2^53 stand whole numbers that round to it.
        let whole = isInteger ? UInt64(String(decoding: digits, as: UTF8.self)) : 0
        guard let whole, whole <= UInt64(ExpressionLimits.integerMax) else {
            throw fail("a whole number has at most 2^53; write '.0' after it", start..<position)
        }
        let unitStart = position
        while let next = byte(), Self.startsName(next) || Self.isDigit(next) { position += 1 }
        guard position > unitStart else {
            return Token(kind: .number(value, isInteger: isInteger), place: start..<position)
        }
        let unit = String(decoding: text[unitStart..<position], as: UTF8.self)
        guard let milliseconds = Self.unitMilliseconds[unit] else {
            let problem =
                switch unit.utf8.first {
                case UInt8(ascii: "e"), UInt8(ascii: "E"): "a number's exponent has digits, as 1e6"
                case UInt8(ascii: "_"): "'_' stands between two digits of a number"
                default: "'\(unit.prefix(24))' is no unit of time: ms, s, m, h, d, w"
                }
            throw fail(problem, unitStart..<position)
        }
        return Token(kind: .duration(value * milliseconds), place: start..<position)
    }

    /// Digits, with single underscores between them.
    private mutating func takeDigits(_ digits: inout [UInt8]) {
        while let next = byte() {
            if Self.isDigit(next) {
                digits.append(next)
            } else if next != UInt8(ascii: "_") || !(byte(1).map(Self.isDigit) ?? false) {
                return
            }
            position += 1
        }
    }

    // MARK: Texts

    /// What is between two of `quote`; inside, a quote, a backslash, n and t after a backslash.
    private mutating func quoted(_ quote: UInt8) throws(ExpressionError) -> String {
        let start = position
        position += 1
        var content: [UInt8] = []
        while let next = byte() {
            position += 1
            if next == quote {
                guard let text = String(validating: content, as: UTF8.self) else {
                    throw fail("a text is not UTF-8", start..<position)
                }
                return text
            }
            guard next == UInt8(ascii: "\\") else {
                content.append(next)
                continue
            }
            guard let escaped = byte() else { break }
            position += 1
            switch escaped {
            case quote, UInt8(ascii: "\\"): content.append(escaped)
            case UInt8(ascii: "n"): content.append(0x0A)
            case UInt8(ascii: "t"): content.append(0x09)
            default:
                throw fail(
                    "after a backslash comes the quotation mark, a backslash, n or t",
                    position - 2..<position)
            }
        }
        let what = quote == UInt8(ascii: "`") ? "a name" : "a text"
        throw fail(
            "\(what) without end: expected another \(Unicode.Scalar(quote))",
            start..<min(start + 1, text.count))
    }
}
