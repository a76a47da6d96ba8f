import ArgumentParser

/// A length of time on the command line: "30", "30s", "1.5m", "250ms", "200us", "2h"; a bare number is
/// seconds.
struct TimeSpan: ExpressibleByArgument, Sendable {
    let duration: Duration

    init(_ duration: Duration) { self.duration = duration }

    init?(argument: String) {
        let units: [(suffix: String, seconds: Double)] = [
            ("us", 0.000_001), ("µs", 0.000_001), ("ms", 0.001), ("s", 1), ("m", 60), ("h", 3600),
            ("", 1),
        ]
        for unit in units where argument.hasSuffix(unit.suffix) {
            guard let value = Double(argument.dropLast(unit.suffix.count)), value.isFinite,
                value >= 0, value * unit.seconds <= 1e9
            else { return nil }
            duration = .nanoseconds(Int64(value * unit.seconds * 1e9))
            return
        }
        return nil
    }

    var defaultValueDescription: String {
        let (seconds, attoseconds) = duration.components
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

/// A number of bytes on the command line: "4194304", "64KiB", "4MiB", "1GiB".
struct ByteCount: ExpressibleByArgument, Sendable {
    let bytes: Int

    init(_ bytes: Int) { self.bytes = bytes }

    init?(argument: String) {
        let units: [(suffix: String, bytes: Int)] = [
            ("KiB", 1 << 10), ("MiB", 1 << 20), ("GiB", 1 << 30), ("", 1),
        ]
        for unit in units where argument.hasSuffix(unit.suffix) {
            guard let value = Int(argument.dropLast(unit.suffix.count)), value >= 0 else {
                return nil
            }
            let (product, overflow) = value.multipliedReportingOverflow(by: unit.bytes)
            guard !overflow else { return nil }
            bytes = product
            return
        }
        return nil
    }

    var defaultValueDescription: String {
        for (name, size) in [("GiB", 1 << 30), ("MiB", 1 << 20), ("KiB", 1 << 10)]
        where bytes >= size && bytes % size == 0 {
            return "\(bytes / size)\(name)"
        }
        return String(bytes)
    }
}
