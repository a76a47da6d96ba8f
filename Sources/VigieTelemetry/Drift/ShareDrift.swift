import Glibc

/// How far two distributions over the same bins or categories are apart, exactly as Evidently 0.7
/// computes it (`evidently/legacy/calculations/stattests`).
package enum ShareDrift {
    /// The population stability index: Σ (r - c) · ln(r / c). What has no share on one side has a tiny
    /// one instead, Evidently's `feel_zeroes`: 0.0001, or a millionth of the smallest share that there
    /// is if that is no more than 0.0001.
    /// - Parameters: shares of the reference and of what is live, by bin; nil when either is empty.
    package static func populationStability(_ reference: [Double], _ current: [Double]) -> Double? {
        guard let reference = filled(reference), let current = filled(current) else { return nil }
        return zip(reference, current).reduce(0) { $0 + ($1.0 - $1.1) * log($1.0 / $1.1) }
    }

    /// The Jensen–Shannon distance: the square root of the divergence, natural logarithms; 0 … √ln 2.
    package static func jensenShannon(_ reference: [Double], _ current: [Double]) -> Double? {
        let sums = (reference.reduce(0, +), current.reduce(0, +))
        guard sums.0 > 0, sums.1 > 0 else { return nil }
        var divergence = 0.0
        for (r, c) in zip(reference, current) {
            let (left, right) = (r / sums.0, c / sums.1)
            let middle = (left + right) / 2
            if left > 0 { divergence += left * log(left / middle) }
            if right > 0 { divergence += right * log(right / middle) }
        }
        return max(divergence / 2, 0).squareRoot()
    }

    private static func filled(_ shares: [Double]) -> [Double]? {
        guard let smallest = shares.filter({ $0 > 0 }).min() else { return nil }
        let filling = smallest <= 0.0001 ? smallest / 1e6 : 0.0001
        return shares.map { $0 == 0 ? filling : $0 }
    }
}
