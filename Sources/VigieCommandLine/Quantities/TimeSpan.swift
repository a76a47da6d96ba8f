import ArgumentParser

/// A length of time as people write it: "30", "30s", "1.5m", "250ms", "200us", "80ns", "2h"; a bare number
/// is seconds. At most 1e9 seconds, to the nanosecond.
package struct TimeSpan: ExpressibleByArgument, Sendable {
    package let duration: Duration

    package init(_ duration: Duration) { self.duration = duration }

    package init?(argument: String) {
        let units: [(suffix: String, seconds: Double)] = [
            ("ns", 1e-9), ("us", 1e-6), ("µs", 1e-6), ("ms", 1e-3), ("s", 1), ("m", 60),
            ("h", 3600), ("", 1),
        ]
        for unit in units where argument.hasSuffix(unit.suffix) {
            guard let value = Double(argument.dropLast(unit.suffix.count)), value.isFinite,
                value >= 0, value * unit.seconds <= 1e9
            else { return nil }
            duration = .nanoseconds(Int64((value * unit.seconds * 1e9).rounded()))
            return
        }
        return nil
    }

    package var seconds: Double {
        let (seconds, attoseconds) = duration.components
        // Of whole nanoseconds, so that "1.5ms" is the number that a person writes as 0.0015.
        return Double(seconds) + Double(attoseconds / 1_000_000_000) / 1e9
    }

    package var defaultValueDescription: String {
        let (seconds, attoseconds) = duration.components
        if attoseconds % 1_000_000_000_000 != 0 {
            return "\(seconds * 1_000_000_000 + attoseconds / 1_000_000_000)ns"
        }
        if attoseconds % 1_000_000_000_000_000 != 0 {
            return "\(seconds * 1_000_000 + attoseconds / 1_000_000_000_000)us"
        }
        if attoseconds != 0 {
            return "\(seconds * 1000 + attoseconds / 1_000_000_000_000_000)ms"
        }
        if seconds >= 3600, seconds % 3600 == 0 { return "\(seconds / 3600)h" }
        if seconds >= 60, seconds % 60 == 0 { return "\(seconds / 60)m" }
        return "\(seconds)s"
    }
}
