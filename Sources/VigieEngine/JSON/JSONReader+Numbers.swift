extension JSONReader {
    /// Powers of ten that a `Double` holds exactly.
    private static let powersOfTen: [Double] = [
        1, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15, 1e16,
        1e17, 1e18, 1e19, 1e20, 1e21, 1e22,
    ]

    /// The nearest `Double`. A finite numeral too great for one is refused, rather than becoming
    /// an infinity that nobody wrote.
    mutating func readNumber() throws(JSONError) -> Double {
        let start = position
        let negative = take(UInt8(ascii: "-"))
        if take(word: "Infinity") { return negative ? -.infinity : .infinity }
        if !negative, take(word: "NaN") { return .nan }

        var digits: UInt64 = 0  // the first 19 significant digits, as a whole number
        var digitCount = 0
        var exponent = 0
        func isDigit(_ byte: UInt8) -> Bool { byte &- UInt8(ascii: "0") < 10 }
        func add(_ byte: UInt8) {
            guard digits != 0 || byte != UInt8(ascii: "0") else { return }
            digitCount += 1
            if digitCount <= 19 { digits = digits &* 10 &+ UInt64(byte &- UInt8(ascii: "0")) }
        }
        let integerStart = position
        while position < bytes.count, isDigit(bytes[position]) {
            add(bytes[position])
            position += 1
        }
        guard position > integerStart else { throw error("expected a value", at: start) }
        guard bytes[integerStart] != UInt8(ascii: "0") || position == integerStart + 1 else {
            throw error("a number begins with a superfluous 0", at: start)
        }
        if take(UInt8(ascii: ".")) {
            let fractionStart = position
            while position < bytes.count, isDigit(bytes[position]) {
                add(bytes[position])
                position += 1
            }
            guard position > fractionStart else { throw error("expected a digit after '.'") }
            exponent = fractionStart - position
        }
        if position < bytes.count, bytes[position] | 0x20 == UInt8(ascii: "e") {
            position += 1
            let exponentNegative = take(UInt8(ascii: "-"))
            if !exponentNegative { _ = take(UInt8(ascii: "+")) }
            let exponentStart = position
            var written = 0
            while position < bytes.count, isDigit(bytes[position]) {
                written = min(written * 10 + Int(bytes[position] &- UInt8(ascii: "0")), 1_000_000)
                position += 1
            }
            guard position > exponentStart else { throw error("expected a digit in the exponent") }
            exponent += exponentNegative ? -written : written
        }

        // Exact operands and one rounding: the nearest double (Clinger 1990, the fast case).
        if digitCount <= 19, digits <= 1 << 53, exponent.magnitude < Self.powersOfTen.count {
            let magnitude = Double(digits)
            let power = Self.powersOfTen[Int(exponent.magnitude)]
            let value = exponent < 0 ? magnitude / power : magnitude * power
            return negative ? -value : value
        }
        let numeral = String(decoding: bytes[start..<position], as: UTF8.self)
        guard let value = Double(numeral) else { throw error("not a number", at: start) }
        guard value.isFinite else { throw error("a number too great for a double", at: start) }
        return value
    }
}
