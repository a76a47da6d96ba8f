/// Durations as Kubernetes and Go write them: "10m", "500ms", "1h30m", "1.5s".
package enum DurationText {
    private static let units: [(name: String, nanoseconds: Double)] = [
        ("ms", 1e6), ("us", 1e3), ("µs", 1e3), ("ns", 1), ("s", 1e9), ("m", 6e10), ("h", 3.6e12),
    ]

    /// What ``parse(_:)`` takes, for messages.
    package static let rule = #"a duration with its unit, such as "10m", "500ms" or "1h30m""#

    /// Nil for what is no duration, is negative, or is longer than ``RolloutLimits/durationMax``.
    package static func parse(_ text: String) -> Duration? {
        if text == "0" { return .zero }
        var rest = text[...]
        guard !rest.isEmpty else { return nil }
        var nanoseconds = 0.0
        while !rest.isEmpty {
            let digits = rest.prefix { ("0"..."9").contains($0) || $0 == "." }
            guard let value = Double(digits) else { return nil }
            rest = rest.dropFirst(digits.count)
            guard let unit = units.first(where: { rest.hasPrefix($0.name) }) else { return nil }
            rest = rest.dropFirst(unit.name.count)
            nanoseconds += value * unit.nanoseconds
        }
        let maximum = Double(RolloutLimits.durationMax.components.seconds) * 1e9
        guard nanoseconds <= maximum else { return nil }
        return .nanoseconds(Int64(nanoseconds.rounded()))
    }

    /// The shortest text that ``parse(_:)`` takes back: "10m", "1h30m", "500ms".
    package static func text(_ duration: Duration) -> String {
        let (seconds, attoseconds) = duration.components
        var rest = seconds * 1_000_000_000 + attoseconds / 1_000_000_000
        guard rest > 0 else { return "0s" }
        var text = ""
        let units: [(name: String, nanoseconds: Int64)] = [
            ("h", 3_600_000_000_000), ("m", 60_000_000_000), ("s", 1_000_000_000),
            ("ms", 1_000_000), ("us", 1000), ("ns", 1),
        ]
        for unit in units where rest >= unit.nanoseconds {
            text += "\(rest / unit.nanoseconds)\(unit.name)"
            rest %= unit.nanoseconds
        }
        return text
    }
}
