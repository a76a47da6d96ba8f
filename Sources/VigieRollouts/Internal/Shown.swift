/// Numbers and texts for people.
package enum Shown {
    /// With at most four significant digits.
    package static func number(_ value: Double) -> String {
        guard value.isFinite, value != 0, abs(value) >= 1e-3, abs(value) < 1e6 else {
            return value == value.rounded() && abs(value) < 1e15
                ? String(Int(value)) : String(describing: value)
        }
        var scale = 1.0
        while abs(value) * scale < 1000 { scale *= 10 }
        let rounded = (value * scale).rounded() / scale
        return rounded == rounded.rounded() ? String(Int(rounded)) : String(rounded)
    }

    /// Bytes of a message: what Kubernetes takes of an event. What pods and Prometheus say may be longer.
    static let messageBytesMax = 1024

    /// The message, cut if it is too long.
    static func bounded(_ message: String) -> String {
        guard message.utf8.count > messageBytesMax else { return message }
        // What is left of a character that was cut becomes U+FFFD, of 3 bytes as the dots are.
        return String(decoding: message.utf8.prefix(messageBytesMax - 9), as: UTF8.self) + "…"
    }

    /// Basis points as a percentage: "5 %", "0.25 %".
    package static func share(_ basisPoints: Int) -> String {
        "\(number(Double(basisPoints) / 100)) %"
    }
}
