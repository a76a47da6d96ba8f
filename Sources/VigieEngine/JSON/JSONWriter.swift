/// JSON for people: two spaces a level, arrays of plain values on one line, keys in their order.
package enum JSONWriter {
    /// The text, with a line break at its end.
    package static func text(_ value: JSONValue) -> String {
        var text = ""
        write(value, indent: 0, to: &text)
        return text + "\n"
    }

    /// A number with as few digits as bring it back exactly; whole ones without a point.
    package static func number(_ value: Double) -> String {
        if value.isNaN { return "NaN" }
        if value.isInfinite { return value < 0 ? "-Infinity" : "Infinity" }
        let isNegativeZero = value == 0 && value.sign == .minus
        if !isNegativeZero, abs(value) < 0x1p53, let whole = Int(exactly: value) {
            return String(whole)
        }
        return value.description
    }

    /// A string with its quotes; control characters are escaped.
    package static func string(_ value: String) -> String {
        var text = ""
        write(value, to: &text)
        return text
    }

    private static func write(_ value: JSONValue, indent: Int, to text: inout String) {
        switch value {
        case .null: text += "null"
        case .bool(let value): text += value ? "true" : "false"
        case .number(let value): text += number(value)
        case .string(let value): write(value, to: &text)
        case .numbers(let values): text += "[" + values.map(number).joined(separator: ", ") + "]"
        case .packed(let packed): write(.numbers(packed.doubles), indent: indent, to: &text)
        case .array(let values): write(values, indent: indent, to: &text)
        case .object(let object):
            guard object.count > 0 else {
                text += "{}"
                return
            }
            text += "{\n"
            for (index, member) in object.members.enumerated() {
                if index > 0 { text += ",\n" }
                space(indent + 1, to: &text)
                write(member.key, to: &text)
                text += ": "
                write(member.value, indent: indent + 1, to: &text)
            }
            text += "\n"
            space(indent, to: &text)
            text += "}"
        }
    }

    private static func write(_ values: [JSONValue], indent: Int, to text: inout String) {
        let isFlat = values.allSatisfy {
            switch $0 {
            case .array, .numbers, .object: false
            default: true
            }
        }
        text += isFlat ? "[" : "[\n"
        for (index, value) in values.enumerated() {
            if index > 0 { text += isFlat ? ", " : ",\n" }
            if !isFlat { space(indent + 1, to: &text) }
            write(value, indent: indent + 1, to: &text)
        }
        if !isFlat {
            text += "\n"
            space(indent, to: &text)
        }
        text += "]"
    }

    private static func space(_ indent: Int, to text: inout String) {
        for _ in 0..<indent { text += "  " }
    }

    private static let digits = Array("0123456789abcdef")

    private static func write(_ string: String, to text: inout String) {
        text += "\""
        for scalar in string.unicodeScalars {
            switch scalar {
            case "\"": text += "\\\""
            case "\\": text += "\\\\"
            case "\n": text += "\\n"
            case "\r": text += "\\r"
            case "\t": text += "\\t"
            case _ where scalar.value < 0x20 || scalar.value == 0x7f:
                text += "\\u00"
                text.append(digits[Int(scalar.value >> 4)])
                text.append(digits[Int(scalar.value & 15)])
            default: text.unicodeScalars.append(scalar)
            }
        }
        text += "\""
    }
}
