import VigieCommandLine

/// Rates as people write them on a command line.
package enum RateText {
    /// `FROM..TO`: "100..5000", "1k..20k".
    package static func ramp(_ text: String, seconds: Double) throws(LoadError) -> RateProfile {
        let ends = text.split(separator: "..", omittingEmptySubsequences: false)
        guard ends.count == 2, let from = rate(ends[0]), let to = rate(ends[1]) else {
            throw LoadError("--ramp '\(text)': expected FROM..TO in requests a second: 100..5000")
        }
        return .ramp(from: from, to: to, seconds: seconds)
    }

    /// Rates with commas, each for an equal part of the time: "1000,2000,4000".
    package static func steps(_ text: String, seconds: Double) throws(LoadError) -> RateProfile {
        var rates: [Double] = []
        for part in text.split(separator: ",", omittingEmptySubsequences: false) {
            guard let rate = rate(part) else {
                throw LoadError("--steps '\(text)': '\(part)' is no rate: 1000,2000,4000")
            }
            rates.append(rate)
        }
        return .steps(rates, seconds: seconds)
    }

    /// `BASE:PEAK[:START:LENGTH]`, times or shares of the duration: "500:5000:40%:20%".
    package static func spike(_ text: String, seconds: Double) throws(LoadError) -> RateProfile {
        let parts = text.split(separator: ":", omittingEmptySubsequences: false)
        let expected =
            "--spike '\(text)': expected BASE:PEAK or BASE:PEAK:START:LENGTH: 500:5000:40%:20%"
        guard parts.count == 2 || parts.count == 4, let base = rate(parts[0]),
            let peak = rate(parts[1])
        else { throw LoadError(expected) }
        let times = parts.count == 4 ? parts[2...] : ["40%", "20%"]
        guard let first = times.first, let last = times.last,
            let start = moment(first, of: seconds), let length = moment(last, of: seconds),
            start < seconds, length > 0
        else { throw LoadError(expected) }
        return .spike(base: base, peak: peak, start: start, length: length, seconds: seconds)
    }

    /// Seconds of a time, or of a share of `seconds`: "5s", "40%".
    package static func moment(_ text: some StringProtocol, of seconds: Double) -> Double? {
        guard text.hasSuffix("%") else { return TimeSpan(argument: String(text))?.seconds }
        return Double(text.dropLast()).flatMap { $0 >= 0 && $0 <= 100 ? $0 / 100 * seconds : nil }
    }

    /// Requests a second: 0 or more.
    package static func rate(_ text: some StringProtocol) -> Double? {
        Quantity.number(text).flatMap { $0 >= 0 && $0 <= 100_000_000 ? $0 : nil }
    }
}
