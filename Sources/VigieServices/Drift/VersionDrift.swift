import VigieEngine
import VigieRegistry
import VigieTelemetry

/// What one version's kept rows and scores say beside its reference.
struct VersionDrift {
    typealias Figures = [(statistic: String, value: Double)]

    /// Live scores that were compared.
    let scores: Int
    let score: Figures
    let features: [(feature: String, figures: Figures)]

    init(_ reference: ReferenceStatistics, _ signature: [Feature], _ samples: [DriftSamples]) {
        let live = samples.flatMap { $0.scores.current }
        scores = live.count
        if let drift = SampleDrift(reference: reference.scoreSample, current: live) {
            let test = drift.kolmogorovSmirnov
            score = Self.figures([
                ("psi", drift.populationStability), ("jensenshannon", drift.jensenShannon),
                ("wasserstein", drift.wasserstein), ("ks", test.statistic),
                ("ks_p_value", test.pValue),
            ])
        } else if let bins = reference.score {
            score = Self.binned(bins.counts, bins.count(live))
        } else {
            score = []
        }
        features = reference.features.enumerated().map { index, feature in
            let live = samples.flatMap { $0.features[index].current }.filter { !$0.isNaN }
            switch feature.values {
            case .histogram(let bins):
                return (feature.name, Self.binned(bins.counts, bins.count(live)))
            case .categories(let categories):
                let names = signature.first { $0.name == feature.name }?.categories ?? []
                return (
                    feature.name,
                    Self.categorical(
                        categories.map(\.count), Self.count(live, categories, names))
                )
            }
        }
    }

    private static func figures(_ figures: [(String, Double?)]) -> Figures {
        figures.compactMap { name, value in value.map { (name, $0) } }
    }

    private static func shares(_ counts: [Int]) -> [Double] {
        let total = Double(max(counts.reduce(0, +), 1))
        return counts.map { Double($0) / total }
    }

    private static func categorical(_ reference: [Int], _ live: [Int]) -> Figures {
        figures([
            ("psi", ShareDrift.populationStability(shares(reference), shares(live))),
            ("jensenshannon", ShareDrift.jensenShannon(shares(reference), shares(live))),
        ])
    }

    /// Bins have an order: what compares distribution functions is of the bins' numbers. At the edges they
    /// are those of the values, which may be further apart between.
    private static func binned(_ reference: [Int], _ live: [Int]) -> Figures {
        let common = categorical(reference, live)
        guard !common.isEmpty else { return [] }
        let numbers = reference.indices.map { Double($0) }
        guard let drift = SampleDrift(values: numbers, reference: reference, current: live) else {
            return common
        }
        let test = drift.kolmogorovSmirnov
        return common
            + figures([
                ("wasserstein", drift.wasserstein), ("ks", test.statistic),
                ("ks_p_value", test.pValue),
            ])
    }

    /// By category of the reference.
    private static func count(_ codes: [Double], _ categories: [CategoryCount], _ names: [String])
        -> [Int]
    {
        let names = names.isEmpty ? ["false", "true"] : names
        var counts = [Int](repeating: 0, count: categories.count)
        for code in codes {
            guard let index = Int(exactly: code), names.indices.contains(index),
                let place = categories.firstIndex(where: { $0.category == names[index] })
            else { continue }
            counts[place] += 1
        }
        return counts
    }
}

extension Histogram {
    /// How many values are in each bin: edges[i-1] ≤ x < edges[i], as the pipelines count. Of closed
    /// histograms the last bin holds its upper edge too, and what is beyond is left out.
    func count(_ values: [Double]) -> [Int] {
        let isOpen = counts.count == edges.count + 1
        var result = [Int](repeating: 0, count: counts.count)
        for value in values {
            var bin = edges.count { $0 <= value }
            if !isOpen {
                if value == edges[edges.count - 1] { bin -= 1 }
                bin -= 1
            }
            if result.indices.contains(bin) { result[bin] += 1 }
        }
        return result
    }
}
