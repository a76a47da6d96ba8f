import VigieRouting
import VigieTelemetry

/// What a pod's rollouts report. Labels come from rollouts and the registry alone, never from a caller.
package struct RolloutMetrics: MetricSource {
    private let services: VigieServices
    private let board: RolloutBoard
    private let canaryGuard: CanaryGuard

    package init(_ services: VigieServices, _ board: RolloutBoard, _ canaryGuard: CanaryGuard) {
        self.services = services
        self.board = board
        self.canaryGuard = canaryGuard
    }

    package func metricFamilies() -> [MetricFamily] {
        let routes = board.table.routes.sorted { $0.key < $1.key }.map(\.value)
        return [weights(routes), guards(routes), trips(), requests(), absences(), refusals()]
            + shadows()
    }

    private func weights(_ routes: [ModelRoute]) -> MetricFamily {
        MetricFamily(
            .gauge, "vigie_rollout_weight_ratio", unit: "ratio",
            help: "Share of a model's requests that an arm gets, rules and exclusions apart.",
            metrics: routes.flatMap { route in
                let plan = route.plan
                let weight = route.canary?.isOut == true ? 0 : Double(plan.weight) / 10_000
                let stable = Metric(
                    1 - weight, labels(plan.model, plan.stable) + [MetricLabel("arm", "stable")])
                guard let canary = plan.canary else { return [stable] }
                return [
                    stable,
                    Metric(weight, labels(plan.model, canary) + [MetricLabel("arm", "canary")]),
                ]
            })
    }

    private func guards(_ routes: [ModelRoute]) -> MetricFamily {
        MetricFamily(
            .gauge, "vigie_rollout_guard_tripped",
            help: "1 while the pod's guard holds a canary out, 0 while it is in.",
            metrics: routes.compactMap(\.canary).map {
                Metric($0.isOut ? 1.0 : 0, labels($0.model, $0.version))
            })
    }

    private func trips() -> MetricFamily {
        let order = { (key: CanaryGuard.TripKey) in (key.model, key.version, key.reason.rawValue) }
        return MetricFamily(
            .counter, "vigie_rollout_guard_trips",
            help: "Canaries that the pod's guard took out, by reason.",
            metrics: canaryGuard.trips.sorted { order($0.key) < order($1.key) }.map { key, count in
                Metric(
                    count,
                    labels(key.model, key.version) + [MetricLabel("reason", key.reason.rawValue)])
            })
    }

    private func requests() -> MetricFamily {
        MetricFamily(
            .counter, "vigie_rollout_requests",
            help:
                "Requests of models with a rollout, by the version that was asked, as what, and why.",
            metrics: services.routeCounts().map { count in
                Metric(
                    count.requests,
                    labels(count.model, count.outcome.version) + [
                        MetricLabel("arm", count.outcome.arm.label),
                        MetricLabel("route", count.outcome.route),
                    ])
            })
    }

    private func absences() -> MetricFamily {
        MetricFamily(
            .counter, "vigie_rollout_not_loaded",
            help:
                "Requests for which a version was chosen that the pod has not loaded, and what answered instead: the stable version, or, without it, a fallback.",
            metrics: services.absenceCounts().map { count in
                Metric(
                    count.requests,
                    labels(count.model, count.version) + [
                        MetricLabel("instead", count.isFallback ? "fallback" : "stable")
                    ])
            })
    }

    private func shadows() -> [MetricFamily] {
        let lines = services.shadows.lines.sorted {
            ($0.model, $0.plan.version) < ($1.model, $1.plan.version)
        }
        func labels(_ line: ShadowLine) -> [MetricLabel] {
            self.labels(line.model, line.plan.version)
        }
        return [
            MetricFamily(
                .counter, "vigie_shadow_requests",
                help: "Requests that were to be repeated to a shadow.",
                metrics: lines.map { Metric($0.offered, labels($0)) }),
            MetricFamily(
                .counter, "vigie_shadow_dropped",
                help: "Requests of those that were not repeated, by reason.",
                metrics: lines.flatMap { line in
                    ShadowLine.Drop.allCases.map {
                        Metric(
                            line.dropped($0),
                            labels(line) + [MetricLabel("reason", $0.label)])
                    }
                }),
            MetricFamily(
                .counter, "vigie_shadow_failures",
                help: "Requests that a shadow could not answer.",
                metrics: lines.map { Metric($0.failures, labels($0)) }),
            MetricFamily(
                .gauge, "vigie_shadow_queue", help: "Requests that wait for a shadow.",
                metrics: lines.map { Metric(Double($0.waiting), labels($0)) }),
            MetricFamily(
                .gauge, "vigie_shadow_queue_bytes", unit: "bytes",
                help: "What requests hold that wait for shadows.",
                metrics: [Metric(Double(services.shadows.held.current))]),
        ]
    }

    private func refusals() -> MetricFamily {
        let standings = board.standings()
        return MetricFamily(
            .gauge, "vigie_rollout_invalid",
            help:
                "1 for a rollout whose newest document is of no use, so that the pod goes on with an older one, or without.",
            metrics: standings.map {
                Metric($0.problem == nil ? 0.0 : 1, [MetricLabel("rollout", $0.name)])
            })
    }

    private func labels(_ model: String, _ version: Int) -> [MetricLabel] {
        [MetricLabel("model", model), MetricLabel("version", String(version))]
    }
}
