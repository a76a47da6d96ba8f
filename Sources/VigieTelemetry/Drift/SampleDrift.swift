import Glibc

/// How far two samples of a number are apart, exactly as Evidently 0.7 computes it from the same values.
package struct SampleDrift {
    /// Ascending.
    private let reference: [Double]
    private let current: [Double]

    /// - Parameters: values in any order; those that are not finite are left out, as Evidently does.
    ///   Nil when nothing is left of either.
    package init?(reference: [Double], current: [Double]) {
        self.reference = reference.filter(\.isFinite).sorted()
        self.current = current.filter(\.isFinite).sorted()
        guard !self.reference.isEmpty, !self.current.isEmpty else { return nil }
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
        let mean = reference.reduce(0, +) / Double(reference.count)
        let variance =
            reference.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(reference.count)
        var area = 0.0
        var previous = 0.0
        walk { value, belowReference, belowCurrent in
            // Below the first value both distribution functions are zero.
            if belowReference > 0 || belowCurrent > 0 {
                let difference =
                    Double(belowReference) / Double(reference.count)
                    - Double(belowCurrent) / Double(current.count)
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
            let difference = belowReference * current.count - belowCurrent * reference.count
            below = max(below, -difference)
            above = max(above, difference)
        }
        return KolmogorovSmirnov(
            difference: max(below, above), reference: reference.count, current: current.count)
    }

    // MARK: Bins

    /// Evidently bins a number whose reference has over 20 values by Sturges' rule over both samples;
    /// of others each value is a bin of its own.
    private static let categoriesMax = 20

    private var shares: (reference: [Double], current: [Double]) {
        var distinct = 1
        for index in reference.indices.dropFirst() where reference[index] != reference[index - 1] {
            distinct += 1
        }
        guard distinct > Self.categoriesMax else { return categoryShares }
        let edges = sturgesEdges
        return (Self.shares(reference, edges), Self.shares(current, edges))
    }

    private var categoryShares: (reference: [Double], current: [Double]) {
        var result: (reference: [Double], current: [Double]) = ([], [])
        var (before, beforeCurrent) = (0, 0)
        walk(includingLast: true) { _, belowReference, belowCurrent in
            guard belowReference + belowCurrent > 0 else { return }
            result.reference.append(Double(belowReference - before) / Double(reference.count))
            result.current.append(Double(belowCurrent - beforeCurrent) / Double(current.count))
            (before, beforeCurrent) = (belowReference, belowCurrent)
        }
        return result
    }

    /// `numpy.histogram_bin_edges(both, bins="sturges")`.
    private var sturgesEdges: [Double] {
        let first = min(reference[0], current[0])
        let last = max(reference[reference.count - 1], current[current.count - 1])
        let count = Double(reference.count + current.count)
        let width = (last - first) / (log2(count) + 1)
        let bins = Int(((last - first) / width).rounded(.up))
        let step = (last - first) / Double(bins)
        return (0...bins).map { $0 == bins ? last : Double($0) * step + first }
    }

    /// `numpy.histogram`: bins hold their lower edge, the last its upper one too.
    private static func shares(_ sorted: [Double], _ edges: [Double]) -> [Double] {
        var counts = [Int](repeating: 0, count: edges.count - 1)
        var bin = 0
        for value in sorted where value >= edges[0] && value <= edges[edges.count - 1] {
            while bin < counts.count - 1, value >= edges[bin + 1] { bin += 1 }
            counts[bin] += 1
        }
        return counts.map { Double($0) / Double(sorted.count) }
    }

    /// Visits the distinct values of both samples in order.
    /// - Parameters:
    ///   - includingLast: after the last value `body` is called once more, with all counted.
    ///   - body: is given how many of each sample lie below the value, it excluded.
    private func walk(
        includingLast: Bool = false,
        _ body: (_ value: Double, _ reference: Int, _ current: Int) -> Void
    ) {
        var (r, c) = (0, 0)
        while r < reference.count || c < current.count {
            let value = min(
                r < reference.count ? reference[r] : .infinity,
                c < current.count ? current[c] : .infinity)
            body(value, r, c)
            while r < reference.count, reference[r] == value { r += 1 }
            while c < current.count, current[c] == value { c += 1 }
        }
        if includingLast { body(.infinity, r, c) }
    }
}
