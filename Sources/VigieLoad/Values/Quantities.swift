/// Numbers with units, as people write them.
package enum Quantity {
    /// The number of "1500", "1.5k", "2M".
    package static func number(_ text: some StringProtocol) -> Double? {
        for (suffix, factor) in [("k", 1e3), ("M", 1e6), ("", 1)] where text.hasSuffix(suffix) {
            guard let value = Double(text.dropLast(suffix.count)), value.isFinite else {
                return nil
            }
            return value * factor
        }
        return nil
    }

    /// "1.234 ms": a time with a unit that fits it.
    package static func time(nanoseconds: Double) -> String {
        switch nanoseconds {
        case ..<1_000: "\(fixed(nanoseconds, 0)) ns"
        case ..<1_000_000: "\(fixed(nanoseconds / 1e3, nanoseconds < 1e5 ? 1 : 0)) µs"
        case ..<1_000_000_000: "\(fixed(nanoseconds / 1e6, nanoseconds < 1e8 ? 2 : 0)) ms"
        default: "\(fixed(nanoseconds / 1e9, 2)) s"
        }
    }

    /// "12,345", or with up to `digits` places behind the point.
    package static func grouped(_ value: Double, _ digits: Int = 0) -> String {
        let text = fixed(value, digits)
        let (whole, fraction) =
            text.firstIndex(of: ".").map {
                (text[..<$0], text[$0...])
            } ?? (text[...], "")
        var grouped = ""
        for (index, digit) in whole.enumerated() {
            let left = whole.count - index
            if index > 0, left % 3 == 0, grouped != "-" { grouped += "," }
            grouped.append(digit)
        }
        return grouped + fraction
    }

    /// A number with exactly so many places behind the point.
    package static func fixed(_ value: Double, _ digits: Int) -> String {
        guard value.isFinite else { return "\(value)" }
        var scale = 1.0
        for _ in 0..<digits { scale *= 10 }
        let scaled = (value * scale).rounded()
        guard digits > 0, abs(scaled) < 1e15 else {
            return abs(scaled) < 1e15 ? String(Int(scaled)) : "\(value)"
        }
        let whole = Int(abs(scaled)) / Int(scale)
        let fraction = String(Int(abs(scaled)) % Int(scale))
        let padding = String(repeating: "0", count: digits - fraction.count)
        return (scaled < 0 ? "-" : "") + "\(whole).\(padding)\(fraction)"
    }
}
