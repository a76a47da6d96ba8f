import VigieEngine
import VigieRegistry
import VigieTelemetry

/// What the versions that are served report. Labels come from the registry alone, never from a
/// caller.
package struct ModelMetrics: MetricSource {
    private let services: VigieServices

    package init(_ services: VigieServices) { self.services = services }

    package func metricFamilies() -> [MetricFamily] {
        let versions = services.countedVersions()
        return latencies(versions) + counts(versions) + descriptions(versions) + [swaps()]
    }

    private func latencies(_ versions: [CountedVersion]) -> [MetricFamily] {
        var totals: [Metric] = []
        var stages: [Metric] = []
        var scores: [Metric] = []
        for version in versions {
            for arm in Arm.allCases {
                let counters = version.counters.compactMap { $0.current(arm) }
                guard !counters.isEmpty else { continue }
                let labels = version.labels + [MetricLabel("arm", arm.label)]
                var total = HistogramSnapshot(counters.map(\.total))
                for one in counters { one.exemplars.add(to: &total) }
                totals.append(Metric(total, labels))
                let score = HistogramSnapshot(counters.map(\.scores), scale: .share)
                if score.count > 0 { scores.append(Metric(score, labels)) }
                for stage in ArmCounters.Stage.allCases {
                    stages.append(
                        Metric(
                            HistogramSnapshot(counters.map { $0[stage] }),
                            labels + [MetricLabel("stage", stage.label)]))
                }
            }
        }
        return [
            MetricFamily(
                .histogram, "vigie_model_request_duration_seconds", unit: "seconds",
                help: "Answered requests, from the whole message to the encoded answer.",
                metrics: totals),
            MetricFamily(
                .histogram, "vigie_model_stage_duration_seconds", unit: "seconds",
                help: "Where answered requests spent that time.", metrics: stages),
            MetricFamily(
                .histogram, "vigie_model_score_ratio", unit: "ratio",
                help: "Calibrated probabilities of default that were answered.", metrics: scores),
        ]
    }

    private func counts(_ versions: [CountedVersion]) -> [MetricFamily] {
        func counter(
            _ name: String, help: String, _ value: (VersionStatistics) -> UInt64
        ) -> MetricFamily {
            MetricFamily(
                .counter, name, help: help,
                metrics: versions.map { Metric(value($0.statistics), $0.labels) })
        }
        return [
            counter("vigie_model_rows", help: "Rows answered.") { $0.rows },
            counter("vigie_model_executions", help: "Times that the model ran.") { $0.executions },
            MetricFamily(
                .counter, "vigie_model_failures",
                help: "Requests that found the version and were not answered, by reason.",
                metrics: versions.flatMap { version in
                    version.statistics.failuresByReason.map { reason, count in
                        Metric(count, version.labels + [MetricLabel("reason", reason)])
                    }
                }),
            MetricFamily(
                .gauge, "vigie_model_last_request_timestamp_seconds", unit: "seconds",
                help: "When the last request was answered or failed, since 1970.",
                metrics: versions.compactMap { version in
                    let time = version.statistics.lastRequest
                    return time > 0 ? Metric(Double(time) / 1000, version.labels) : nil
                }),
        ]
    }

    private func descriptions(_ versions: [CountedVersion]) -> [MetricFamily] {
        func gauge(
            _ name: String, unit: String, help: String, _ value: (LoadedModel) -> Double
        ) -> MetricFamily {
            MetricFamily(
                .gauge, name, unit: unit, help: help,
                metrics: versions.map { Metric(value($0.model), $0.labels) })
        }
        return [
            MetricFamily(
                .gauge, "vigie_model_info", help: "1; what the version is.",
                metrics: versions.map { version in
                    let manifest = version.model.manifest
                    return Metric(
                        1.0,
                        version.labels + [
                            MetricLabel("flavor", version.model.artifact.flavor.rawValue),
                            MetricLabel("namespace", manifest.namespace),
                            MetricLabel("digest", "\(version.model.manifestDigest)"),
                            MetricLabel("current", version.isCurrent ? "true" : "false"),
                        ])
                }),
            gauge(
                "vigie_model_memory_bytes", unit: "bytes",
                help: "What the compiled model occupies, members of a pipeline included."
            ) { Double(Artifact.memoryBytes(of: [$0.artifact])) },
            gauge(
                "vigie_model_payload_bytes", unit: "bytes", help: "Size of the version's files."
            ) { Double($0.payloadBytes) },
            gauge(
                "vigie_model_load_seconds", unit: "seconds",
                help: "How long it took to read, verify and compile."
            ) { $0.loadDuration / .seconds(1) },
            gauge(
                "vigie_model_warm_up_seconds", unit: "seconds",
                help: "How long the warm-up took after that."
            ) { $0.warmUpDuration / .seconds(1) },
        ]
    }

    private func swaps() -> MetricFamily {
        MetricFamily(
            .histogram, "vigie_registry_swap_duration_seconds", unit: "seconds",
            help: "From the registry's publication to the moment a loop serves it.",
            metrics: [Metric(HistogramSnapshot(services.swapDurations()))])
    }
}

/// A version that is served, with what each loop and the workers have counted of it.
struct CountedVersion {
    let model: LoadedModel
    /// Whether it answers those who name none.
    let isCurrent: Bool
    let counters: [VersionCounters]
    let statistics: VersionStatistics

    init(_ model: LoadedModel, isCurrent: Bool, _ counters: [VersionCounters]) {
        self.model = model
        self.isCurrent = isCurrent
        self.counters = counters
        var sum = VersionStatistics(model)
        for one in counters { sum.add(one) }
        statistics = sum
    }

    var labels: [MetricLabel] {
        [MetricLabel("model", model.name), MetricLabel("version", model.versionText)]
    }
}

extension VersionStatistics {
    /// Every reason is there, in a set order; the reasons add up to all failures.
    var failuresByReason: [(reason: String, count: UInt64)] {
        let known = refusals.full &+ refusals.late &+ refusals.expired &+ refusals.abandoned
        return [
            ("queue_full", refusals.queue), ("queue_crowded", refusals.crowded),
            ("queue_memory", refusals.memory),
            ("deadline_unmeetable", refusals.late),
            ("deadline_expired", refusals.expired), ("abandoned", refusals.abandoned),
            // What is counted a moment earlier than the sum must not make it negative.
            ("error", failure.count &- min(known, failure.count)),
        ]
    }
}
