/// One `key=value` line of a LightGBM file, with its number for messages.
struct LightGBMField {
    let key: String
    let bytes: ArraySlice<UInt8>
    let line: Int

    func fail(_ what: String, _ reason: LoadError.Reason = .corrupt) -> LoadError {
        LoadError(reason, "line \(line): \(key): \(what)")
    }

    /// The whole value, with spaces at its ends taken off.
    var text: String {
        get throws(LoadError) {
            guard let text = String(validating: bytes, as: UTF8.self) else {
                throw fail("not UTF-8")
            }
            return String(text.drop { $0 == " " })
        }
    }

    /// The parts between spaces.
    var parts: [ArraySlice<UInt8>] {
        bytes.split(separator: UInt8(ascii: " "), omittingEmptySubsequences: true)
    }

    /// - Parameter count: how many there must be.
    func numbers(count: Int) throws(LoadError) -> [Double] {
        var numbers: [Double] = []
        numbers.reserveCapacity(min(count, bytes.count))
        for part in try parts(count: count) {
            guard let number = Double(String(decoding: part, as: UTF8.self)) else {
                throw fail("'\(Self.shown(part))' is not a number")
            }
            numbers.append(number)
        }
        return numbers
    }

    /// - Parameter count: how many there must be.
    func integers(count: Int) throws(LoadError) -> [Int] {
        var integers: [Int] = []
        integers.reserveCapacity(min(count, bytes.count))
        for part in try parts(count: count) { integers.append(try integer(part)) }
        return integers
    }

    /// One whole number in a range; above it is a limit passed.
    func integer(_ range: ClosedRange<Int>) throws(LoadError) -> Int {
        let integer = try integers(count: 1)[0]
        guard integer >= range.lowerBound else { throw fail("\(integer) is out of range") }
        guard integer <= range.upperBound else {
            throw fail("\(integer), more than \(range.upperBound)", .limit)
        }
        return integer
    }

    private func parts(count: Int) throws(LoadError) -> [ArraySlice<UInt8>] {
        let parts = parts
        guard parts.count == count else {
            throw fail("\(parts.count) elements where \(count) are expected")
        }
        return parts
    }

    private func integer(_ part: ArraySlice<UInt8>) throws(LoadError) -> Int {
        var digits = part
        let isNegative = digits.first == UInt8(ascii: "-")
        if isNegative { digits = digits.dropFirst() }
        var integer = 0
        for byte in digits {
            let digit = byte &- UInt8(ascii: "0")
            guard digit < 10, integer < 1 << 53 else {
                throw fail("'\(Self.shown(part))' is not a whole number that fits")
            }
            integer = integer * 10 + Int(digit)
        }
        guard !digits.isEmpty else { throw fail("'-' is not a whole number") }
        return isNegative ? -integer : integer
    }

    private static func shown(_ part: ArraySlice<UInt8>) -> String {
        String(decoding: part.prefix(40), as: UTF8.self)
    }
}
