/// The two-sample Kolmogorov–Smirnov test, two-sided, with the exact p-value: the share of all orders
/// of both samples in which their distribution functions are at least so far apart. Computed as
/// scipy.stats.ks_2samp does (J. L. Hodges, "The Significance Probability of the Smirnov Two-Sample
/// Test", Arkiv för Matematik 3 (1958), by lattice paths).
package struct KolmogorovSmirnov: Sendable, Equatable {
    /// The largest distance of the distribution functions, 0 … 1.
    package let statistic: Double
    /// Nil when a sample has more values than the exact computation takes.
    package let pValue: Double?

    /// scipy's `MAX_AUTO_N`.
    package static let sampleMax = 10_000

    /// - Parameter difference: the distance, times both sizes: a whole number.
    init(difference: Int, reference: Int, current: Int) {
        statistic = Double(difference) / Double(reference * current)
        guard max(reference, current) <= Self.sampleMax else {
            pValue = nil
            return
        }
        let common = Self.greatestCommonDivisor(reference, current)
        let height = difference / common
        if height == 0 {
            pValue = 1
        } else if reference == current {
            pValue = Self.outsideSquare(reference, height)
        } else {
            pValue = Self.outside(
                max(reference, current), min(reference, current), common, height)
        }
    }

    private static func greatestCommonDivisor(_ first: Int, _ second: Int) -> Int {
        var (a, b) = (first, second)
        while b != 0 { (a, b) = (b, a % b) }
        return a
    }

    /// Paths in a square of side n that leave |x - y| < h, by reflection; a Horner scheme.
    private static func outsideSquare(_ n: Int, _ h: Int) -> Double {
        var probability = 0.0
        for k in stride(from: n / h, through: 0, by: -1) {
            var term = 1.0
            for j in 0..<h { term = Double(n - k * h - j) * term / Double(n + k * h + j + 1) }
            probability = term * (1 - probability)
        }
        return 2 * probability
    }

    /// Paths from (0, 0) to (m, n), m ≥ n, that leave |n·x - m·y| < h·g, as a share; column by column.
    private static func outside(_ m: Int, _ n: Int, _ g: Int, _ h: Int) -> Double {
        let (mg, ng) = (m / g, n / g)
        func ceiling(_ value: Int) -> Int { (value + mg - 1) / mg }
        var first = 0
        var end = min(ceiling(h), n + 1)
        var length = end - first
        // By row of the window: the share of paths to that point that have left the strip.
        var shares = [Double](repeating: 1, count: min(2 * end + 2, n + 1))
        for row in first..<end { shares[row] = 0 }
        for column in 1...m {
            let (lastFirst, lastLength) = (first, length)
            // The floor of a quotient that may be negative, and one more.
            let lowest = ng * column - h
            first = min(max(lowest >= 0 ? lowest / mg + 1 : 0, 0), n)
            end = min(ceiling(ng * column + h), n + 1)
            if end <= first { return 1 }
            var value = first == 0 ? 0.0 : 1.0
            for place in 0..<(end - first) {
                let row = place + first
                value =
                    (shares[place + first - lastFirst] * Double(column) + value * Double(row))
                    / Double(column + row)
                shares[place] = value
            }
            length = end - first
            for place in length..<max(lastLength, length) { shares[place] = 1 }
        }
        return shares[end - first - 1]
    }
}
