import VigieRollouts
import VigieTelemetry

/// What happens to a pod's rollouts, for the log.
package enum RolloutEvent: Sendable {
    /// It is carried out from now on.
    case applied(rollout: String, EffectiveRollout, origin: String)
    /// It is allowed, but perhaps not meant.
    case warned(rollout: String, problem: String)
    /// Its document is of no use.
    /// - goesOn: whether what it said before goes on.
    case refused(rollout: String, problem: String, goesOn: Bool)
    /// The source has something that is no document.
    case unreadable(SourceProblem)
    /// It is there no more: the model's newest version answers.
    case ended(rollout: String, model: String)
    /// The guard has taken a canary out.
    case tripped(CanaryState, GuardTrip)
    /// Nothing is known of changes at the moment; everything goes on.
    case sourceLost(String)
    case sourceBack

    package var level: LogLevel {
        switch self {
        case .applied, .ended, .sourceBack: .info
        case .warned, .sourceLost: .warning
        case .refused, .unreadable, .tripped: .error
        }
    }
}

extension RolloutEvent: CustomStringConvertible {
    package var description: String {
        switch self {
        case .applied(let name, let rollout, let origin):
            return "rollout \(name) applied from \(origin): \(Self.text(rollout))"
        case .warned(let name, let problem): return "rollout \(name): \(problem)"
        case .refused(let name, let problem, let goesOn):
            return "rollout \(name) refused: \(problem)"
                + (goesOn ? "; what it said before goes on" : "")
        case .unreadable(let problem):
            return "rollouts: \(problem.place): \(problem.problem); what it said before goes on"
        case .ended(let name, let model):
            return "rollout \(name) ended: the newest version of \(model) answers"
        case .tripped(let canary, let trip):
            return "guard took the canary \(canary.model)/\(canary.version) out: \(trip.message)"
        case .sourceLost(let reason): return "rollouts: \(reason); what is known goes on"
        case .sourceBack: return "rollouts: the source is back"
        }
    }

    /// "model fraud, stable 42, canary 43 at 5 %, shadow 44 at 100 %".
    private static func text(_ rollout: EffectiveRollout) -> String {
        var text = "model \(rollout.model), stable \(rollout.stable.version)"
        if let canary = rollout.canary {
            text += ", canary \(canary.version) at \(percent(Double(rollout.weight) / 100)) %"
        }
        for shadow in rollout.shadows {
            text += ", shadow \(shadow.reference.version) at \(percent(shadow.percent)) %"
        }
        return text
    }

    private static func percent(_ number: Double) -> String {
        number == number.rounded() ? String(Int(number)) : String(number)
    }
}
