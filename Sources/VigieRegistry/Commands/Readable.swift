import Glibc
import VigieEngine

/// Figures as people read them.
package enum Readable {
    /// "12 B", "3.4 kB", "1.2 MB": powers of 1000.
    package static func bytes(_ count: Int) -> String {
        if count < 1000 { return "\(count) B" }
        var value = Double(count) / 1000
        for unit in ["kB", "MB", "GB"] {
            if value < 999.5 || unit == "GB" { return "\(digits(value)) \(unit)" }
            value /= 1000
        }
        return "\(count) B"
    }

    /// "850 ns", "4.1 µs", "12 ms", "3.2 s".
    package static func duration(_ duration: Duration) -> String {
        let (seconds, attoseconds) = duration.components
        var value = Double(seconds) * 1e9 + Double(attoseconds) / 1e9
        for unit in ["ns", "µs", "ms"] {
            if value < 999.5 { return "\(digits(value)) \(unit)" }
            value /= 1000
        }
        return "\(digits(value)) s"
    }

    /// Four digits behind the point at most: "0.867".
    package static func figure(_ value: Double) -> String {
        let rounded = (value * 10_000).rounded() / 10_000
        return JSONWriter.number(rounded.isFinite ? rounded : value)
    }

    /// Two digits at least, one behind the point at most.
    private static func digits(_ value: Double) -> String {
        value < 9.95 ? JSONWriter.number((value * 10).rounded() / 10) : String(Int(value.rounded()))
    }

    /// The wall clock's time in RFC 3339, UTC: "2026-11-25T18:00:00Z".
    package static func now() -> String {
        var seconds = time(nil)
        var parts = tm()
        gmtime_r(&seconds, &parts)
        var text = [CChar](repeating: 0, count: 32)
        let count = strftime(&text, text.count, "%Y-%m-%dT%H:%M:%SZ", &parts)
        return String(decoding: text[..<count].map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }
}
