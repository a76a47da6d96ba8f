import VigieRollouts

/// The last good document of a rollout, and what was made of it.
struct HeldRollout: Sendable {
    var document: RolloutDocument
    let rollout: Rollout
    let effective: EffectiveRollout
    let plan: RoutePlan
    /// Of the canary that the spec names; also while it gets no traffic, so that one that is out stays
    /// out when it comes back.
    let canary: CanaryState?

    /// The canary that is to be watched: one that may get traffic.
    var activeCanary: CanaryState? { plan.canary == nil ? nil : canary }

    /// - Parameter former: what was good before.
    init(_ document: RolloutDocument, former: HeldRollout?) throws(RolloutRefusal) {
        self.document = document
        do throws(RolloutError) { rollout = try Rollout.read(document.content) } catch {
            throw RolloutRefusal(
                description: error.problems.map { "\(document.place(of: $0.path)): \($0)" }
                    .joined(separator: "; "))
        }
        let effective = EffectiveRollout(spec: rollout.spec, status: rollout.status)
        if let former, former.effective == effective {
            self.effective = former.effective
            plan = former.plan
        } else {
            self.effective = effective
            do throws(RoutePlanError) { plan = try RoutePlan(effective) } catch {
                throw RolloutRefusal(
                    description: "\(document.place(of: error.path)): \(error)")
            }
        }
        canary = Self.canary(rollout, effective, former: former?.canary)
    }

    private static func canary(
        _ rollout: Rollout, _ effective: EffectiveRollout, former: CanaryState?
    ) -> CanaryState? {
        guard let canary = rollout.spec.canary else { return nil }
        let generation = rollout.metadata.generation
        if let former, former.model == effective.model, former.version == canary.version,
            former.generation == generation, former.epoch == effective.epoch
        {
            return former
        }
        return CanaryState(
            model: effective.model, version: canary.version, stable: effective.stable.version,
            generation: generation, epoch: effective.epoch, limits: effective.canaryGuard)
    }

    /// Nothing that a loop sees differs.
    func isSame(as other: HeldRollout) -> Bool {
        plan === other.plan && activeCanary === other.activeCanary
    }

    /// What there is to tell of the change.
    func news(since former: HeldRollout?) -> [RolloutEvent] {
        let name = document.name
        var events: [RolloutEvent] = []
        if former?.effective != effective {
            events.append(.applied(rollout: name, effective, origin: document.origin))
        }
        if former?.rollout.spec != rollout.spec {
            for warning in rollout.spec.warnings {
                events.append(
                    .warned(
                        rollout: name,
                        problem: "\(document.place(of: warning.path)): \(warning)"))
            }
        }
        return events
    }
}

/// Why a document is not carried out.
struct RolloutRefusal: Error, CustomStringConvertible {
    /// With the places of all that is wrong.
    let description: String
}
