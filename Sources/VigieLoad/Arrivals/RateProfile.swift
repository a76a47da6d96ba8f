import Glibc

/// How many requests a second are to be sent, over time: straight pieces, each from one rate to
/// another.
///
/// Arrivals are where its integral reaches a whole number (evenly spaced ones) or the next sum of
/// exponential variates (a Poisson process; inversion of the cumulative rate, Çinlar 1975), so that
/// ramps and steps are exact, with no rounding that adds up.
package struct RateProfile: Sendable, Equatable {
    /// A straight piece of the profile.
    package struct Piece: Sendable, Equatable {
        /// Requests a second at its beginning and end.
        package let from: Double
        package let to: Double
        /// Seconds that it lasts.
        package let seconds: Double

        package init(from: Double, to: Double, seconds: Double) {
            self.from = from
            self.to = to
            self.seconds = seconds
        }

        /// Requests that are due in it.
        var arrivals: Double { (from + to) / 2 * seconds }

        /// Seconds into the piece after which `count` requests are due.
        func time(ofCount count: Double) -> Double {
            // The root of from·t + slope·t²/2 = count in the form that does not cancel.
            let slope = (to - from) / seconds
            let root = max(0, from * from + 2 * slope * count).squareRoot()
            return from + root == 0 ? 0 : 2 * count / (from + root)
        }

        func rate(at time: Double) -> Double { from + (to - from) * time / seconds }
    }

    package let pieces: [Piece]

    package init(_ pieces: [Piece]) { self.pieces = pieces.filter { $0.seconds > 0 } }

    /// The same rate throughout.
    package static func constant(_ rate: Double, seconds: Double) -> RateProfile {
        RateProfile([Piece(from: rate, to: rate, seconds: seconds)])
    }

    /// Evenly from one rate to another.
    package static func ramp(from: Double, to: Double, seconds: Double) -> RateProfile {
        RateProfile([Piece(from: from, to: to, seconds: seconds)])
    }

    /// Each rate for an equal part of the time.
    package static func steps(_ rates: [Double], seconds: Double) -> RateProfile {
        let each = seconds / Double(max(rates.count, 1))
        return RateProfile(rates.map { Piece(from: $0, to: $0, seconds: each) })
    }

    /// One rate, and another from `start` on for `length` seconds.
    package static func spike(
        base: Double, peak: Double, start: Double, length: Double, seconds: Double
    ) -> RateProfile {
        let end = min(start + length, seconds)
        return RateProfile([
            Piece(from: base, to: base, seconds: min(start, seconds)),
            Piece(from: peak, to: peak, seconds: end - start),
            Piece(from: base, to: base, seconds: seconds - end),
        ])
    }

    package var seconds: Double { pieces.reduce(0) { $0 + $1.seconds } }
    /// Requests that are due in all.
    package var arrivals: Double { pieces.reduce(0) { $0 + $1.arrivals } }

    /// What is asked at a time, in requests a second; 0 before and after.
    package func rate(at seconds: Double) -> Double {
        var start = 0.0
        for piece in pieces {
            if seconds < start + piece.seconds { return piece.rate(at: max(0, seconds - start)) }
            start += piece.seconds
        }
        return 0
    }
}
