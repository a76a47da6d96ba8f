import VigieEngine

/// Rows to compare two versions on: drawn, feature by feature, from the training data's distributions
/// where the manifest has them, and evenly over the allowed range where not. The same each time.
struct SampleRows {
    private let signature: Signature
    private let reference: [String: NamedDistribution]
    private var state: UInt64

    init(_ manifest: Manifest, _ signature: Signature, seed: UInt64 = 1) {
        self.signature = signature
        reference = Dictionary(
            (manifest.reference?.features ?? []).map { ($0.name, $0) },
            uniquingKeysWith: { first, _ in first })
        state = seed
    }

    /// Values by feature's name; absent is missing.
    mutating func next() -> [String: Double] {
        var row: [String: Double] = [:]
        for feature in signature.features { row[feature.name] = value(of: feature) }
        return row
    }

    private mutating func value(of feature: Feature) -> Double? {
        let value: Double?
        switch reference[feature.name]?.values {
        case .histogram(let histogram): value = draw(histogram)
        case .categories(let counts): value = draw(counts, feature)
        case nil: value = evenly(feature)
        }
        guard let value else { return nil }
        let bounded = min(max(value, feature.minimum ?? -.infinity), feature.maximum ?? .infinity)
        return feature.kind == .number ? bounded : bounded.rounded(.down)
    }

    private mutating func draw(_ histogram: Histogram) -> Double? {
        let total = histogram.counts.reduce(0, +)
        guard total > 0 else { return nil }
        var place = Int(uniform() * Double(total))
        // Open bins at both ends take their edge.
        let hasOpenEnds = histogram.counts.count > histogram.edges.count
        for (index, count) in histogram.counts.enumerated() {
            guard place >= count else {
                let low = hasOpenEnds ? index - 1 : index
                let from = histogram.edges[max(0, min(low, histogram.edges.count - 1))]
                let to = histogram.edges[max(0, min(low + 1, histogram.edges.count - 1))]
                return from + (to - from) * uniform()
            }
            place -= count
        }
        return histogram.edges.last
    }

    private mutating func draw(_ counts: [CategoryCount], _ feature: Feature) -> Double? {
        var place = Int(uniform() * Double(max(1, counts.reduce(0) { $0 + $1.count })))
        for count in counts {
            guard place >= count.count else {
                return feature.categories.firstIndex(of: count.category).map { Double($0) }
            }
            place -= count.count
        }
        return nil
    }

    private mutating func evenly(_ feature: Feature) -> Double {
        switch feature.kind {
        case .category: return Double(Int(uniform() * Double(max(1, feature.categories.count))))
        case .boolean: return uniform() < 0.5 ? 0 : 1
        case .number, .integer:
            let low = feature.minimum ?? min(feature.maximum ?? 0, 0)
            let high = feature.maximum ?? max(low + 1, 1)
            return low + (high - low) * uniform()
        }
    }

    /// 0 to below 1: SplitMix64 (Steele, Lea, Flood 2014).
    private mutating func uniform() -> Double {
        state &+= 0x9E37_79B9_7F4A_7C15
        var z = state
        z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
        z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
        z ^= z >> 31
        return Double(z >> 11) / 9_007_199_254_740_992
    }
}
