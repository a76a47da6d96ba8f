import ArgumentParser
import VigieLoad

/// A length of time: "30", "30s", "1.5m", "250ms", "200us"; a bare number is seconds.
struct TimeSpan: ExpressibleByArgument, Sendable {
    let seconds: Double

    init(_ seconds: Double) { self.seconds = seconds }

    init?(argument: String) {
        guard let seconds = Quantity.seconds(argument) else { return nil }
        self.seconds = seconds
    }

    var duration: Duration { .nanoseconds(Int64(seconds * 1e9)) }

    var defaultValueDescription: String {
        seconds < 1
            ? "\(Quantity.fixed(seconds * 1000, 0))ms" : "\(Quantity.fixed(seconds, 0))s"
    }
}

/// A number of bytes: "16384", "64KiB", "4MiB".
struct ByteCount: ExpressibleByArgument, Sendable {
    let bytes: Int

    init(_ bytes: Int) { self.bytes = bytes }

    init?(argument: String) {
        for (suffix, size) in [("KiB", 1 << 10), ("MiB", 1 << 20), ("", 1)]
        where argument.hasSuffix(suffix) {
            guard let value = Int(argument.dropLast(suffix.count)), value >= 0,
                value <= 1 << 31 / size
            else { return nil }
            bytes = value * size
            return
        }
        return nil
    }

    var defaultValueDescription: String { String(bytes) }
}

/// Requests a second: "1500", "1.5k", "2M".
struct RequestRate: ExpressibleByArgument, Sendable {
    let perSecond: Double

    init(_ perSecond: Double) { self.perSecond = perSecond }

    init?(argument: String) {
        guard let rate = RateText.rate(argument), rate > 0 else { return nil }
        perSecond = rate
    }

    var defaultValueDescription: String { Quantity.fixed(perSecond, 0) }
}

/// A share: "0.1%", "0.001".
struct Share: ExpressibleByArgument, Sendable {
    let value: Double

    init(_ value: Double) { self.value = value }

    init?(argument: String) {
        let isPercent = argument.hasSuffix("%")
        guard let number = Double(isPercent ? String(argument.dropLast()) : argument) else {
            return nil
        }
        let share = isPercent ? number / 100 : number
        guard (0...1).contains(share) else { return nil }
        value = share
    }

    var defaultValueDescription: String { "\(Quantity.fixed(value * 100, 2))%" }
}
