import Synchronization
import VigieRegistry
import VigieTelemetry
import VigieTransport

/// How far the live scores and features of each version are from its manifest's reference.
///
/// Scores are compared with the reference's sample value by value; without one, and for features, the
/// reference's bins are compared. Each figure is what Evidently says of the same values or bins.
/// Computed on the scrape's thread, again for a version when ``freshness`` has passed.
package final class DriftMetrics: MetricSource {
    private let services: VigieServices
    private let cache = Mutex<[ObjectIdentifier: Cached]>([:])

    /// Sorting thousands of values is not for every scrape.
    private static let freshness: Duration = .seconds(10)

    private struct Cached {
        var computed: MonotonicTime
        var drift: VersionDrift
    }

    package init(_ services: VigieServices) { self.services = services }

    package func metricFamilies() -> [MetricFamily] {
        var scores: [Metric] = []
        var features: [Metric] = []
        var samples: [Metric] = []
        for (labels, drift) in drifts() {
            samples.append(Metric(Double(drift.scores), labels))
            for (statistic, value) in drift.score {
                scores.append(Metric(value, labels + [MetricLabel("statistic", statistic)]))
            }
            for (feature, figures) in drift.features {
                for (statistic, value) in figures {
                    features.append(
                        Metric(
                            value,
                            labels + [
                                MetricLabel("feature", feature),
                                MetricLabel("statistic", statistic),
                            ]))
                }
            }
        }
        return [
            MetricFamily(
                .gauge, "vigie_model_score_drift",
                help: "Distance of live scores from the manifest's reference, by statistic.",
                metrics: scores),
            MetricFamily(
                .gauge, "vigie_model_feature_drift",
                help: "Distance of a feature's live values from the reference's bins.",
                metrics: features),
            MetricFamily(
                .gauge, "vigie_model_drift_samples",
                help: "Live scores that the distances are of.", metrics: samples),
        ]
    }

    private func drifts() -> [([MetricLabel], VersionDrift)] {
        let now = MonotonicTime.now()
        let versions = services.countedVersions()
        var fresh: [ObjectIdentifier: Cached] = [:]
        let known = cache.withLock { $0 }
        var result: [([MetricLabel], VersionDrift)] = []
        for version in versions {
            guard let reference = version.model.manifest.reference else { continue }
            let id = ObjectIdentifier(version.model)
            var cached = known[id]
            if cached.map({ now.since($0.computed) >= Self.freshness }) ?? true {
                let samples = version.counters.compactMap(\.currentDriftSamples)
                guard !samples.isEmpty else { continue }
                let features = version.model.artifact.signature.features
                let drift = VersionDrift(reference, features, samples)
                cached = Cached(computed: now, drift: drift)
            }
            guard let cached else { continue }
            fresh[id] = cached
            result.append((version.labels, cached.drift))
        }
        cache.withLock { [fresh] in $0 = fresh }
        return result
    }
}
