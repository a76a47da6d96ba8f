import VigieRegistry
import VigieRollouts
import VigieTelemetry

/// One moment of a rollout that somebody watches.
package struct WatchFrame: Sendable {
    private let view: RolloutView
    /// The sum of what pods tell; nil when none was asked, or none answers.
    private let report: RolloutReport?

    private static let barWidth = 40

    package init(_ view: RolloutView, _ report: RolloutReport?) {
        self.view = view
        self.report = report
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
        return text + arms
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

    /// What pods have counted of both sides since the step began.
    private var arms: String {
        guard let report else { return "" }
        var table = TextTable([
            .init(title: "  ARM"), .init(title: "VERSION"),
            .init(title: "REQUESTS", isNumber: true), .init(title: "ERRORS", isNumber: true),
            .init(title: "P99", isNumber: true),
        ])
        for arm in report.arms.sorted(by: {
            ($0.arm.rawValue, $0.version) < ($1.arm.rawValue, $1.version)
        }) {
            let errors = arm.errorRate.map { Shown.number($0 * 100) + " %" } ?? "-"
            let p99 = arm.latency(0.99).map { Shown.number($0 * 1000) + " ms" } ?? "-"
            table.add([
                "  \(arm.arm.label)", String(arm.version), String(arm.requests), errors, p99,
            ])
        }
        return table.text
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
        return parts.joined(separator: " ")
    }
}

/// What somebody waits for.
package struct WatchGoal: Sendable, Equatable {
    private let phase: RolloutPhase

    /// A phase, or "Promoted", which is the condition that goes with `Succeeded`; in any case.
    package init?(_ text: String) {
        let word = text.lowercased()
        if word == "promoted" {
            phase = .succeeded
            return
        }
        guard let found = RolloutPhase.allCases.first(where: { $0.rawValue.lowercased() == word })
        else { return nil }
        phase = found
    }

    package static var names: String {
        (["Promoted"] + RolloutPhase.allCases.map(\.rawValue)).joined(separator: ", ")
    }

    /// Whether it is reached: true; false when it can be no more, as the rollout has ended otherwise;
    /// nil until then.
    package func isReached(by rollout: Rollout) -> Bool? {
        let status = rollout.status
        let isAbout = status.canaryVersion == rollout.spec.canary?.version
        let reached = isAbout ? status.phase : .idle
        if reached == phase { return true }
        return reached.isOver ? false : nil
    }
}
