import Glibc

/// How far two samples of a number are apart, exactly as Evidently 0.7 computes it from the same values.
package struct SampleDrift {
    /// The distinct values of both samples, ascending.
    private let values: [Double]
    /// By value: how often it is in each sample.
    private let reference: [Int]
    private let current: [Int]
    /// The sizes of the samples.
    private let referenceCount: Int
    private let currentCount: Int

    /// - Parameters: values in any order; those that are not finite are left out, as Evidently does.
    ///   Nil when nothing is left of either.
    package init?(reference: [Double], current: [Double]) {
        let reference = reference.filter(\.isFinite).sorted()
        let current = current.filter(\.isFinite).sorted()
        var values: [Double] = []
        var counts: (reference: [Int], current: [Int]) = ([], [])
        var (r, c) = (0, 0)
        while r < reference.count || c < current.count {
            let value = min(
                r < reference.count ? reference[r] : .infinity,
                c < current.count ? current[c] : .infinity)
            let (firstReference, firstCurrent) = (r, c)
            while r < reference.count, reference[r] == value { r += 1 }
            while c < current.count, current[c] == value { c += 1 }
            values.append(value)
            counts.reference.append(r - firstReference)
            counts.current.append(c - firstCurrent)
        }
        self.init(values: values, reference: counts.reference, current: counts.current)
    }

    /// Two samples of which each value is there many times.
    /// - Parameters:
    ///   - values: finite, strictly ascending.
    ///   - reference: how often each is in the reference.
    ///   - current: how often each is live. Samples of more than 2^31 values count in proportion.
    package init?(values: [Double], reference: [Int], current: [Int]) {
        let shifts = (reference: Self.excess(reference), current: Self.excess(current))
        let places = values.indices.filter {
            reference[$0] >> shifts.reference > 0 || current[$0] >> shifts.current > 0
        }
        self.values = places.map { values[$0] }
        self.reference = places.map { reference[$0] >> shifts.reference }
        self.current = places.map { current[$0] >> shifts.current }
        referenceCount = self.reference.reduce(0, +)
        currentCount = self.current.reduce(0, +)
        guard referenceCount > 0, currentCount > 0 else { return nil }
    }

    /// By how many bits counts are too great for their products to be exact.
    private static func excess(_ counts: [Int]) -> Int {
        let total = counts.reduce(0.0) { $0 + Double($1) }
        return total < 0x1p31 ? 0 : Int(total.exponent) - 30
    }

    /// ``ShareDrift/populationStability(_:_:)`` over ``shares``.
    package var populationStability: Double? {
        let (reference, current) = shares
        return ShareDrift.populationStability(reference, current)
    }

    /// ``ShareDrift/jensenShannon(_:_:)`` over ``shares``.
    package var jensenShannon: Double? {
        let (reference, current) = shares
        return ShareDrift.jensenShannon(reference, current)
    }

    /// The first Wasserstein distance, by the reference's standard deviation (of a population), which
    /// counts as 0.001 at least.
    package var wasserstein: Double {
        let size = Double(referenceCount)
        let mean = zip(values, reference).reduce(0) { $0 + $1.0 * Double($1.1) } / size
        let variance =
            zip(values, reference).reduce(0) {
                $0 + ($1.0 - mean) * ($1.0 - mean) * Double($1.1)
            } / size
        var area = 0.0
        var previous = 0.0
        walk { value, belowReference, belowCurrent in
            // Below the first value both distribution functions are zero.
            if belowReference > 0 || belowCurrent > 0 {
                let difference =
                    Double(belowReference) / Double(referenceCount)
                    - Double(belowCurrent) / Double(currentCount)
                area += abs(difference) * (value - previous)
            }
            previous = value
        }
        return area / max(variance.squareRoot(), 0.001)
    }

    /// The two-sample Kolmogorov–Smirnov test, two-sided.
    package var kolmogorovSmirnov: KolmogorovSmirnov {
        // In whole numbers, so that no rounding decides which path it is.
        var (below, above) = (0, 0)
        walk { _, belowReference, belowCurrent in
            let difference = belowReference * currentCount - belowCurrent * referenceCount
            below = max(below, -difference)
            above = max(above, difference)
        }
        return KolmogorovSmirnov(
            difference: max(below, above), reference: referenceCount, current: currentCount)
    }

    // MARK: Bins

    /// Evidently bins a number whose reference has over 20 values by Sturges' rule over both samples;
    /// of others each value is a bin of its own.
    private static let categoriesMax = 20

    private var shares: (reference: [Double], current: [Double]) {
        guard reference.count(where: { $0 > 0 }) > Self.categoriesMax else {
            return (
                reference.map { Double($0) / Double(referenceCount) },
                current.map { Double($0) / Double(currentCount) }
            )
        }
        let edges = sturgesEdges
        return (shares(reference, referenceCount, edges), shares(current, currentCount, edges))
    }

    /// `numpy.histogram_bin_edges(both, bins="sturges")`.
    private var sturgesEdges: [Double] {
        let (first, last) = (values[0], values[values.count - 1])
        let width = (last - first) / (log2(Double(referenceCount + currentCount)) + 1)
        let bins = Int(((last - first) / width).rounded(.up))
        let step = (last - first) / Double(bins)
        return (0...bins).map { $0 == bins ? last : Double($0) * step + first }
    }

    /// `numpy.histogram`: bins hold their lower edge, the last its upper one too.
    private func shares(_ sample: [Int], _ size: Int, _ edges: [Double]) -> [Double] {
        var counts = [Int](repeating: 0, count: edges.count - 1)
        var bin = 0
        for (value, count) in zip(values, sample) {
            while bin < counts.count - 1, value >= edges[bin + 1] { bin += 1 }
            counts[bin] += count
        }
        return counts.map { Double($0) / Double(size) }
    }

    /// Visits the distinct values of both samples in order.
    /// - Parameter body: is given how many of each sample lie below the value, it excluded.
    private func walk(_ body: (_ value: Double, _ reference: Int, _ current: Int) -> Void) {
        var (r, c) = (0, 0)
        for (place, value) in values.enumerated() {
            body(value, r, c)
            r += reference[place]
            c += current[place]
        }
    }
}
