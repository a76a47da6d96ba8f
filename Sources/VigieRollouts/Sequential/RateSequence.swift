import Glibc

/// Where a rate, or a quantile, lies, at all times at once: with a chance of at least 1 - alpha none of
/// the ranges that are ever looked at leaves it out. Each holds what ``BernoulliTest``'s mixture has not
/// refuted (H. Robbins 1970; S. Howard et al., "Time-uniform, nonparametric, nonasymptotic confidence
/// sequences", Ann. Statist. 49 (2021)).
package enum RateSequence {
    /// The rates that are not refuted, 0 … 1.
    /// - Parameter alpha: over 0 and below 1.
    package static func range(_ counts: BernoulliTest.Counts, alpha: Double) -> ClosedRange<Double>
    {
        guard counts.trials > 0 else { return 0...1 }
        let bound = BernoulliTest.logMixture(counts) + log(alpha)
        func isRefuted(_ rate: Double) -> Bool {
            BernoulliTest.logLikelihood(counts, rate) <= bound
        }
        let rate = counts.rate
        let low = isRefuted(0) ? edge(refuted: 0, rate, isRefuted) : 0
        let high = isRefuted(1) ? edge(refuted: 1, rate, isRefuted) : 1
        return low...high
    }

    /// Between a refuted rate and one that is not, by bisection, to the last bit.
    private static func edge(
        refuted: Double, _ kept: Double, _ isRefuted: (Double) -> Bool
    ) -> Double {
        var (outside, inside) = (refuted, kept)
        while true {
            let middle = outside + (inside - outside) / 2
            guard middle != outside, middle != inside else { return inside }
            if isRefuted(middle) { outside = middle } else { inside = middle }
        }
    }

    /// The ranks between which a quantile lies: it is at least the `lower`-th smallest of the values so
    /// far and at most the `upper`-th, counted from 1; 0 and one more than there are values bound
    /// nothing. The number of values up to the quantile is a count of successes of the rate `share`
    /// (S. Howard, A. Ramdas, "Sequential estimation of quantiles with applications to A/B testing and
    /// best-arm identification", Bernoulli 28 (2022), §3).
    /// - Parameters:
    ///   - share: of the quantile, over 0 and below 1.
    ///   - count: of the values.
    package static func ranks(
        ofQuantile share: Double, count: UInt64, alpha: Double
    ) -> (lower: UInt64, upper: UInt64) {
        guard count > 0 else { return (0, 1) }
        func isRefuted(_ below: UInt64) -> Bool {
            let counts = BernoulliTest.Counts(successes: below, trials: count)
            return BernoulliTest.logMixture(counts)
                - BernoulliTest.logLikelihood(counts, share) >= -log(alpha)
        }
        let likely = min(UInt64((share * Double(count)).rounded()), count)
        // How far below and above the likeliest number is not refuted; both grow refuted outwards.
        let lower = firstKept(0, likely) { isRefuted($0) }
        let upper = count - firstKept(0, count - likely) { isRefuted(count - $0) }
        return (lower, upper + 1)
    }

    /// The least number that is kept, of those from `first` to `last`, which is.
    private static func firstKept(
        _ first: UInt64, _ last: UInt64, _ isRefuted: (UInt64) -> Bool
    ) -> UInt64 {
        var (low, high) = (first, last)
        while low < high {
            let middle = low + (high - low) / 2
            if isRefuted(middle) { low = middle + 1 } else { high = middle }
        }
        return low
    }
}
