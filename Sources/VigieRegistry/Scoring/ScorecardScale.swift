import Glibc

/// How a probability of default becomes points: score = offset + factor · ln(good:bad odds), with
/// factor = pdo / ln 2 and offset = points − factor · ln(odds).
///
/// Siddiqi, Credit Risk Scorecards (2006), chapter 6, "Scorecard scaling".
package struct ScorecardScale: Sendable, Equatable {
    /// The points of an applicant whose odds are ``odds``.
    package let points: Double
    /// Good to bad: 50 stands for 50 : 1. Above 0.
    package let odds: Double
    /// Points to double the odds; above 0.
    package let pdo: Double
    /// The least and most points given; nil is no bound.
    package let minimum: Double?
    package let maximum: Double?

    private let factor: Double
    private let offset: Double

    /// Nil when `odds` or `pdo` is not above 0, something is not finite, or the bounds cross.
    package init?(
        points: Double, odds: Double, pdo: Double, minimum: Double? = nil, maximum: Double? = nil
    ) {
        guard points.isFinite, odds.isFinite, odds > 0, pdo.isFinite, pdo > 0 else { return nil }
        guard minimum?.isFinite ?? true, maximum?.isFinite ?? true else { return nil }
        if let minimum, let maximum, minimum > maximum { return nil }
        self.points = points
        self.odds = odds
        self.pdo = pdo
        self.minimum = minimum
        self.maximum = maximum
        factor = pdo / M_LN2
        offset = points - factor * log(odds)
    }

    /// The points for a probability of default, rounded to the nearest (halves away from zero) and
    /// clamped. A certain default gets the least, an impossible one the most; without bounds those
    /// are the ends of Int32. NaN gets the least.
    package func points(probability: Double) -> Int32 {
        let exact = offset - factor * Calibration.logOdds(probability)
        let least = max(minimum ?? -0x1p31, -0x1p31)
        let most = min(maximum ?? 0x1p31 - 1, 0x1p31 - 1)
        guard exact > least else { return Int32(clamping: Int(least.rounded(.up))) }
        guard exact < most else { return Int32(clamping: Int(most.rounded(.down))) }
        return Int32(clamping: Int(exact.rounded()))
    }
}
