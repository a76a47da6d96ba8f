import ArgumentParser

/// `name=value,name=value` on the command line, values percent-encoded as in W3C Baggage, which is
/// what OpenTelemetry's variables look like.
struct KeyValueList: ExpressibleByArgument, Sendable {
    private(set) var pairs: [(name: String, value: String)] = []

    init() {}

    init?(argument: String) {
        for part in argument.split(separator: ",") {
            let sides = part.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            guard sides.count == 2 else { return nil }
            let name = Self.trimmed(sides[0])
            guard !name.isEmpty, let value = Self.decoded(Self.trimmed(sides[1])) else {
                return nil
            }
            pairs.append((name, value))
        }
    }

    var defaultValueDescription: String { "none" }

    subscript(name: String) -> String? { pairs.last { $0.name == name }?.value }

    private static func trimmed(_ text: Substring) -> String {
        var rest = text
        while rest.first?.isWhitespace == true { rest.removeFirst() }
        while rest.last?.isWhitespace == true { rest.removeLast() }
        return String(rest)
    }

    /// Nil for a percent sign without two hexadecimal digits, and for what is not UTF-8.
    private static func decoded(_ text: String) -> String? {
        var bytes: [UInt8] = []
        var rest = Array(text.utf8)[...]
        while let byte = rest.popFirst() {
            guard byte == UInt8(ascii: "%") else {
                bytes.append(byte)
                continue
            }
            guard rest.count >= 2,
                let value = UInt8(String(decoding: rest.prefix(2), as: UTF8.self), radix: 16)
            else { return nil }
            bytes.append(value)
            rest = rest.dropFirst(2)
        }
        return String(validating: bytes, as: UTF8.self)
    }
}
