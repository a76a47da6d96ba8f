import VigieEngine
import VigieKubernetes
import VigieRegistry
import VigieRollouts

/// One rollout as people look at it.
package struct RolloutView: Sendable {
    package let stored: StoredRollout
    private let effective: EffectiveRollout?

    package init(_ stored: StoredRollout) {
        self.stored = stored
        effective = (try? stored.content.get()).map {
            EffectiveRollout(spec: $0.spec, status: $0.status)
        }
    }

    package var name: String { stored.metadata.name }
    private var rollout: Rollout? { try? stored.content.get() }
    private var status: RolloutStatus { stored.status }

    /// Whether the status is about the canary that there is.
    private var isAbout: Bool { rollout?.isStatusOfCanary ?? false }

    /// The version that answers whom nothing else takes.
    package var stable: String { stableVersion.map { String($0) } ?? "?" }

    var stableVersion: Int? { effective?.stable.version }

    package var canary: String { rollout?.spec.canary.map { String($0.version) } ?? "-" }

    /// In basis points; nil without a canary that could answer.
    package var weight: Int? { effective?.canary == nil ? nil : effective?.weight }

    /// "2/4": the step that is walked, and how many there are.
    package var step: String {
        guard let count = rollout?.spec.strategy.steps.count, count > 0, isAbout else { return "-" }
        return "\(min(status.stepIndex + 1, count))/\(count)"
    }

    package var phase: String {
        guard let rollout else { return "Invalid" }
        if rollout.spec.abort, !status.phase.isOver { return RolloutPhase.rolledBack.rawValue }
        guard rollout.spec.canary != nil else { return RolloutPhase.idle.rawValue }
        return isAbout ? status.phase.rawValue : "Unseen"
    }

    package var message: String {
        switch stored.content {
        case .failure(let refusal): return refusal.description
        case .success:
            if phase == "Unseen" { return "no controller has looked at this canary yet" }
            return status.message
        }
    }

    /// As `vigie rollout inspect -o json` prints it: the object and its status; of one that is none, why.
    package var json: JSONValue {
        let object: JSONValue =
            rollout?.json
            ?? .object([
                "metadata": .object(["name": .string(name)]), "problem": .string(message),
            ])
        return object.setting("status", status.json)
    }

    private var share: String { weight.map(Shown.share) ?? "-" }

    package static func list(_ views: [RolloutView]) -> String {
        guard !views.isEmpty else { return "There are no rollouts.\n" }
        var table = TextTable(
            ["NAME", "MODEL", "STABLE", "CANARY", "WEIGHT", "STEP", "PHASE"].map {
                TextTable.Column(title: $0)
            })
        for view in views {
            table.add([
                view.name, view.rollout?.spec.model ?? "-", view.stable, view.canary, view.share,
                view.step, view.phase,
            ])
        }
        return table.text
    }

    /// All that there is to say, a line each.
    package var text: String {
        var lines: [(String, String)] = [
            ("name", name), ("model", rollout?.spec.model ?? "-"), ("phase", phase),
            ("message", message), ("stable", stable), ("canary", canary), ("weight", share),
            ("step", step),
        ]
        if let spec = rollout?.spec {
            for shadow in spec.shadows {
                lines.append(
                    (
                        "shadow",
                        "\(shadow.reference.version), \(Shown.number(shadow.percent)) % of requests"
                    ))
            }
            if spec.suspend { lines.append(("suspend", "true")) }
            if spec.approvalsRequired > 0 {
                let names = status.approvedBy.joined(separator: ", ")
                lines.append(
                    (
                        "approvals",
                        "\(status.approvedBy.count) of \(spec.approvalsRequired)"
                            + (names.isEmpty ? "" : ": \(names)")
                    ))
            }
        }
        let pods = status.pods
        if pods.total > 0 {
            lines.append(
                ("pods", "\(pods.updated) of \(pods.total) up to date, \(pods.ready) ready"))
        }
        for analysis in status.analysis {
            let value = analysis.value.map(Shown.number) ?? "-"
            lines.append(
                (
                    "analysis",
                    "\(analysis.name) \(analysis.phase.rawValue) \(value) \(analysis.message)"
                ))
        }
        if let failure = status.lastFailure {
            lines.append(("last failure", "\(failure.time) \(failure.reason): \(failure.message)"))
        }
        return lines.map { key, value in
            key + String(repeating: " ", count: 14 - key.count) + value + "\n"
        }.joined()
    }

    /// How its rollouts ended, the last first.
    package var history: String {
        guard !status.history.isEmpty else { return "\(name) has no history.\n" }
        var table = TextTable(
            ["FINISHED", "STABLE", "CANARY", "OUTCOME", "REASON", "TOOK"].map {
                TextTable.Column(title: $0)
            })
        for record in status.history {
            let took = record.finishedAt.since(record.startedAt).components.seconds
            table.add([
                record.finishedAt.description, String(record.stableVersion),
                String(record.canaryVersion), record.outcome.rawValue, record.reason,
                DurationText.text(.seconds(took)),
            ])
        }
        return table.text
    }

    package var historyJSON: JSONValue { status.json["history"] ?? .array([]) }
}
