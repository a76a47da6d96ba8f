import ArgumentParser
import VigieLoad

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
