import VigieEngine
import VigieKubernetes
import VigieRollouts

extension RolloutEdit {
    /// Puts a version on trial.
    /// - Parameters:
    ///   - weight: in basis points; nil leaves it to the steps, or at nothing without any.
    ///   - steps: take the place of those that there are.
    ///   - time: what makes a new try of the same version another one.
    package static func canary(
        _ rollout: EditedRollout, _ version: Int, weight: Int? = nil, steps: [StepSpec] = [],
        at time: WallTime
    ) throws(EditRefusal) -> RolloutEdit {
        let (spec, stable) = (rollout.spec, rollout.effective.stable.version)
        guard version > 0 else {
            throw EditRefusal("spec.canary.version is \(version); it must be a whole number from 1")
        }
        guard version != stable else {
            throw EditRefusal(
                "spec.canary.version must differ from the stable version, which is \(stable)")
        }
        let isSame = spec.canary?.version == version
        if isSame, rollout.effective.canary != nil {
            throw EditRefusal(
                "spec.canary.version is \(version) already; `vigie rollout weight` moves it")
        }
        var edit = RolloutEdit("version \(version) is on trial beside version \(stable)")
        if !isSame { edit.refer("canary", spec.canary, to: version) }
        if isSame { edit.annotate(RolloutAnnotation.restart, time.description) }
        if stable != spec.stable.version {
            edit.refer("stable", spec.stable, to: stable)
            edit.notes.append("version \(stable), which was promoted, is written to spec.stable")
        }
        edit.clear(spec)
        try edit.replaceSteps(steps)
        edit.setTraffic(spec, weight, hasSteps: !(steps.isEmpty && spec.strategy.steps.isEmpty))
        if let running = rollout.effective.canary, running.version != version {
            edit.notes.append("version \(running.version), which was on trial, is so no more")
        }
        if spec.suspend { edit.notes.append("spec.suspend holds it: `vigie rollout resume`") }
        return edit
    }

    private mutating func replaceSteps(_ steps: [StepSpec]) throws(EditRefusal) {
        guard !steps.isEmpty else { return }
        guard steps.count <= RolloutLimits.stepsMax else {
            throw EditRefusal("spec.strategy.steps has more than \(RolloutLimits.stepsMax) steps")
        }
        set("spec", "strategy", "steps", to: .array(steps.map(\.json)))
    }

    /// A weight that was meant for another canary must not be the new one's first.
    private mutating func setTraffic(_ spec: RolloutSpec, _ weight: Int?, hasSteps: Bool) {
        if let weight {
            set("spec", "routing", "weight", to: .number(weight))
            if hasSteps {
                notes.append("spec.routing.weight holds the steps: they do not move it")
            }
        } else {
            if spec.routing.weight != nil { remove("spec", "routing", "weight") }
            if !hasSteps {
                notes.append("it answers nobody yet: `vigie rollout weight` gives it a share")
            }
        }
    }

    /// Names another version; the digest that stood there was the old one's.
    mutating func refer(_ key: String, _ old: VersionReference?, to version: Int) {
        set("spec", key, "version", to: .number(version))
        if old?.digest != nil { remove("spec", key, "digest") }
    }

    /// Asks a version too, besides the one that answers.
    /// - Parameter percent: the share of requests that are repeated to it; nil ends it.
    package static func shadow(
        _ rollout: EditedRollout, _ version: Int, percent: Double?
    ) throws(EditRefusal) -> RolloutEdit {
        let stable = rollout.effective.stable.version
        var shadows = rollout.spec.shadows
        let index = shadows.firstIndex { $0.reference.version == version }
        guard let percent else {
            guard let index else {
                throw EditRefusal("spec.shadows has no version \(version)")
            }
            shadows.remove(at: index)
            var edit = RolloutEdit("version \(version) is asked no more")
            edit.setShadows(shadows)
            return edit
        }
        guard (0...100).contains(percent) else {
            throw EditRefusal("spec.shadows percent is \(percent); it must be from 0 to 100")
        }
        guard version > 0 else {
            throw EditRefusal("spec.shadows version is \(version); it must be from 1")
        }
        guard version != stable, version != rollout.spec.stable.version else {
            throw EditRefusal("spec.shadows version must differ from the stable version, \(stable)")
        }
        if let index {
            shadows[index].percent = percent
        } else {
            shadows.append(ShadowSpec(VersionReference(version: version), percent: percent))
        }
        guard shadows.count <= RolloutLimits.shadowsMax else {
            throw EditRefusal(
                "spec.shadows has \(RolloutLimits.shadowsMax) versions already, which is the most")
        }
        var edit = RolloutEdit(
            "\(Shown.number(percent)) % of the requests are repeated to version \(version)")
        edit.setShadows(shadows)
        return edit
    }

    mutating func setShadows(_ shadows: [ShadowSpec]) {
        if shadows.isEmpty {
            remove("spec", "shadows")
        } else {
            set("spec", "shadows", to: .array(shadows.map(\.json)))
        }
    }

    /// Moves the canary's share by hand.
    /// - Parameter weight: in basis points; nil gives the wheel back to the steps.
    package static func weight(
        _ rollout: EditedRollout, _ weight: Int?
    ) throws(EditRefusal) -> RolloutEdit {
        let canary = try rollout.canaryOnTrial()
        let hasSteps = !rollout.spec.strategy.steps.isEmpty
        guard let weight else {
            guard hasSteps else {
                throw EditRefusal("spec.strategy.steps is empty: there are no steps to go on with")
            }
            guard rollout.spec.routing.weight != nil else {
                throw EditRefusal("spec.routing.weight is not set: the steps move the weight")
            }
            var edit = RolloutEdit("the steps move the weight of version \(canary.version)")
            edit.remove("spec", "routing", "weight")
            return edit
        }
        guard (0...RoutingSpec.weightMax).contains(weight) else {
            throw EditRefusal(
                "spec.routing.weight is \(weight); it must be 0 … 10000 basis points, or 0% … 100%")
        }
        var edit = RolloutEdit(
            "version \(canary.version) answers \(Shown.share(weight)) instead of "
                + Shown.share(rollout.effective.weight))
        edit.set("spec", "routing", "weight", to: .number(weight))
        if hasSteps {
            edit.notes.append(
                "the steps are held; `vigie rollout weight \(rollout.name) steps` lets them go on")
        }
        return edit
    }
}
