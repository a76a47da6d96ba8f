/// How the answers of a version that shadows another compare with those that callers got. One thread
/// writes, any thread reads.
package final class DisagreementCounters: Sendable {
    /// Requests that both have answered.
    package let compared = LoopCounter()
    /// Of those, the ones that were decided otherwise.
    package let decidedOtherwise = LoopCounter()
    /// Requests that the shadow failed to answer.
    package let failed = LoopCounter()
    /// By how much the scores differ, in millionths.
    package let distance = LoopHistogram(.share)

    package init() {}

    /// For the one thread that writes: both have answered.
    /// - Parameters:
    ///   - live: the calibrated probability that the caller got.
    ///   - shadow: the shadow's.
    ///   - decidesOtherwise: they lead to different decisions.
    package func compare(live: Double, shadow: Double, decidesOtherwise: Bool) {
        compared.add(1)
        if decidesOtherwise { decidedOtherwise.add(1) }
        let difference = abs(live - shadow)
        guard !difference.isNaN else { return }
        distance.record(UInt64((min(difference, 1) * 1e6).rounded()))
    }
}

extension DisagreementCounters {
    /// What several threads have counted of several pairs of versions.
    /// - Parameter pairs: labels of each pair, and what each thread has counted of it.
    package static func families(
        _ pairs: [(labels: [MetricLabel], counters: [DisagreementCounters])]
    ) -> [MetricFamily] {
        func counter(
            _ name: String, help: String, _ value: (DisagreementCounters) -> UInt64
        ) -> MetricFamily {
            MetricFamily(
                .counter, name, help: help,
                metrics: pairs.map { pair in
                    Metric(pair.counters.reduce(0) { $0 &+ value($1) }, pair.labels)
                })
        }
        return [
            counter("vigie_shadow_compared", help: "Requests that a shadow answered, too.") {
                $0.compared.current
            },
            counter(
                "vigie_shadow_disagreements", help: "Requests that a shadow decided otherwise."
            ) { $0.decidedOtherwise.current },
            counter("vigie_shadow_failures", help: "Requests that a shadow failed to answer.") {
                $0.failed.current
            },
            MetricFamily(
                .histogram, "vigie_shadow_distance_ratio", unit: "ratio",
                help: "By how much a shadow's probability differs from the one that was answered.",
                metrics: pairs.map { pair in
                    Metric(
                        HistogramSnapshot(pair.counters.map(\.distance), scale: .share),
                        pair.labels)
                }),
        ]
    }
}
