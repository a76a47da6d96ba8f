import VigieRegistry
import VigieRollouts
import VigieTelemetry

/// One moment of a rollout that somebody watches.
package struct WatchFrame: Sendable {
    private let view: RolloutView
    private let pods: [PodScraper.Answer]
    /// Why this moment is not now: what was asked for it does not answer.
    package var trouble: String?

    private static let barWidth = 40

    /// - Parameter pods: what pods tell; none when none was asked.
    package init(_ view: RolloutView, _ pods: [PodScraper.Answer]) {
        self.view = view
        self.pods = pods
    }

    /// A bar of a share in basis points, such as `██████░░░░░░`.
    static func bar(_ share: Int, width: Int = barWidth) -> String {
        let all = RoutingSpec.weightMax
        let full = min(max((share * width + all / 2) / all, share > 0 ? 1 : 0), width)
        return String(repeating: "█", count: full) + String(repeating: "░", count: width - full)
    }

    /// For a terminal that is drawn anew.
    package var text: String {
        let weight = view.weight ?? 0
        var text = "\(view.name)  \(view.phase)  \(view.message)\n"
        let out = Shown.share(RoutingSpec.weightMax - weight)
        text +=
            "  stable \(padded(view.stable)) \(Self.bar(RoutingSpec.weightMax - weight)) \(out)\n"
        if view.canary != "-" {
            text += "  canary \(padded(view.canary)) \(Self.bar(weight)) \(Shown.share(weight))\n"
        }
        text += steps
        for analysis in view.stored.status.analysis {
            let value = analysis.value.map(Shown.number) ?? "-"
            text += "  \(analysis.name) \(analysis.phase.rawValue) \(value)\n"
        }
        text += arms + podRows
        if let trouble { text += "  as of before: \(trouble)\n" }
        return text
    }

    private func padded(_ text: String) -> String {
        text + String(repeating: " ", count: max(0, 6 - text.count))
    }

    private var steps: String {
        guard case .success(let rollout) = view.stored.content, view.step != "-" else { return "" }
        let (index, count) = (view.stored.status.stepIndex, rollout.spec.strategy.steps.count)
        let share = min(index, count) * RoutingSpec.weightMax / max(count, 1)
        return "  steps  \(padded(view.step)) \(Self.bar(share))\n"
    }

    private func report(of pod: PodScraper.Answer) -> RolloutReport? {
        try? pod.report.get().rollout(view.name)
    }

    /// What pods have counted of both sides since the step began.
    private var arms: String {
        let reports = pods.compactMap(report)
        guard var sum = reports.first else { return "" }
        for report in reports.dropFirst() { sum.merge(report) }
        var table = TextTable([
            .init(title: "  ARM"), .init(title: "VERSION"),
            .init(title: "REQUESTS", isNumber: true), .init(title: "ERRORS", isNumber: true),
            .init(title: "P99", isNumber: true),
        ])
        for arm in sum.arms.filter({ $0.requests > 0 }).sorted(by: {
            ($0.arm.rawValue, $0.version) < ($1.arm.rawValue, $1.version)
        }) {
            table.add([
                "  \(arm.arm.label)", String(arm.version), String(arm.requests),
                Self.errors(arm), Self.p99(arm),
            ])
        }
        return table.text
    }

    private static func errors(_ arm: ArmReport?) -> String {
        arm?.errorRate.map { Shown.number($0 * 100) + " %" } ?? "-"
    }

    private static func p99(_ arm: ArmReport?) -> String {
        arm?.latency(0.99).map { Shown.number($0 * 1000) + " ms" } ?? "-"
    }

    /// What each pod has loaded and answered, and whether it does what is written.
    private var podRows: String {
        guard !pods.isEmpty else { return "" }
        var table = TextTable([
            .init(title: "  POD"), .init(title: "VERSIONS"),
            .init(title: "STABLE", isNumber: true), .init(title: "CANARY", isNumber: true),
            .init(title: "ERRORS", isNumber: true), .init(title: "P99", isNumber: true),
            .init(title: "STATE"),
        ])
        for pod in pods {
            let report = report(of: pod)
            let loaded = report.map { $0.loaded.keys.sorted().map(String.init) } ?? []
            let stable = view.stableVersion.flatMap { report?.arm(.stable, $0) }
            let canary = report.flatMap { report in
                report.canaryVersion.flatMap { report.arm(.canary, $0) }
            }
            table.add([
                "  \(pod.place.name)", loaded.isEmpty ? "-" : loaded.joined(separator: ","),
                stable.map { String($0.requests) } ?? "-",
                canary.map { String($0.requests) } ?? "-", Self.errors(canary),
                Self.p99(canary), state(of: pod, report),
            ])
        }
        return table.text
    }

    private func state(of pod: PodScraper.Answer, _ report: RolloutReport?) -> String {
        if case .failure(let failure) = pod.report { return failure.message }
        guard let report else { return "does not know this rollout yet" }
        if let failure = report.failed.first {
            return "cannot load \(failure.version): \(failure.message)"
        }
        if let trip = report.trips.last { return "guard: \(trip.message)" }
        return report.generation == view.stored.metadata.generation ? "up to date" : "behind"
    }

    /// One line, for a file or a pipe: it differs when something is new that is worth a line.
    package var line: String {
        let status = view.stored.status
        var parts = [
            view.name, "stable=\(view.stable)", "canary=\(view.canary)",
            "weight=\(view.weight.map(Shown.share)?.filter { $0 != " " } ?? "-")",
            "step=\(view.step)", "phase=\(view.phase)",
        ]
        if !status.reason.isEmpty { parts.append("reason=\(status.reason)") }
        if trouble != nil { parts.append("(no answer)") }
        return parts.joined(separator: " ")
    }
}
