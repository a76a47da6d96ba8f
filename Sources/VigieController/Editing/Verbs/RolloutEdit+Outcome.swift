import VigieEngine
import VigieRollouts

extension RolloutEdit {
    /// Skips the steps that are left; of a canary that has passed, writes it to `spec.stable`.
    /// - Parameter now: without a controller's doing: the specification itself names the canary as the
    ///   stable version.
    package static func promote(
        _ rollout: EditedRollout, now: Bool = false
    ) throws(EditRefusal) -> RolloutEdit {
        if rollout.isPromoted, let canary = rollout.spec.canary {
            var edit = RolloutEdit("version \(canary.version) is the stable version")
            edit.notes.append("it had passed already, and is written to spec.stable now")
            edit.settle(rollout, canary)
            return edit
        }
        let canary = try rollout.canaryOnTrial()
        let spec = rollout.spec
        if now {
            guard spec.approvalsRequired == 0 else {
                throw EditRefusal(
                    "spec.approvals.required is \(spec.approvalsRequired): --now would go past it")
            }
            var edit = RolloutEdit(
                "version \(canary.version) is the stable version instead of "
                    + "\(rollout.effective.stable.version)")
            edit.settle(rollout, canary)
            return edit
        }
        guard rollout.isBegun else {
            throw EditRefusal(
                "status: no controller has begun version \(canary.version) yet, and what is asked "
                    + "before that does not count; --now promotes it without one")
        }
        guard !spec.suspend else {
            throw EditRefusal("spec.suspend is set: `vigie rollout resume \(rollout.name)` first")
        }
        return promote(rollout, canary)
    }

    private static func promote(
        _ rollout: EditedRollout, _ canary: VersionReference
    ) -> RolloutEdit {
        let (spec, status) = (rollout.spec, rollout.status)
        if spec.promote, status.promoteIgnored {
            var edit = RolloutEdit("spec.promote is taken away")
            edit.remove("spec", "promote")
            edit.notes.append(
                "it was there before version \(canary.version) began and does not count for it: "
                    + "promote it again in a moment")
            return edit
        }
        var edit = RolloutEdit(
            "version \(canary.version) takes the place of version \(rollout.effective.stable.version)"
        )
        if !spec.promote { edit.set("spec", "promote", to: .bool(true)) }
        let missing = spec.approvalsRequired - status.approvedBy.count
        if missing > 0 {
            edit.notes.append(
                "it waits for \(missing) of \(spec.approvalsRequired) approvals: "
                    + "`vigie rollout approve \(rollout.name) --as USER`")
        }
        return edit
    }

    /// The specification says by itself what the status makes of it, and names no canary any more.
    private mutating func settle(_ rollout: EditedRollout, _ canary: VersionReference) {
        let spec = rollout.spec
        refer("stable", spec.stable, to: canary.version)
        if let digest = canary.digest {
            changes.removeAll { $0.path == ["spec", "stable", "digest"] }
            set("spec", "stable", "digest", to: .string("sha256:" + digest))
        }
        remove("spec", "canary")
        if spec.routing.weight != nil { remove("spec", "routing", "weight") }
        clear(spec)
        let shadows = spec.shadows.filter { $0.reference.version != canary.version }
        if shadows.count != spec.shadows.count { setShadows(shadows) }
    }

    /// Takes the canary out.
    package static func abort(_ rollout: EditedRollout) throws(EditRefusal) -> RolloutEdit {
        let canary = try rollout.canaryOnTrial()
        var edit = RolloutEdit(
            "version \(canary.version) is out; version \(rollout.effective.stable.version) answers")
        edit.takeOut(rollout.spec)
        return edit
    }

    private mutating func takeOut(_ spec: RolloutSpec) {
        set("spec", "abort", to: .bool(true))
        if spec.promote { remove("spec", "promote") }
    }

    /// Takes back the last thing that was done: a canary on trial is out; without one, the stable
    /// version is that before the last promotion.
    package static func undo(_ rollout: EditedRollout) throws(EditRefusal) -> RolloutEdit {
        let spec = rollout.spec
        if rollout.isPromoted, let canary = spec.canary {
            var edit = RolloutEdit(
                "version \(spec.stable.version) is the stable version again instead of "
                    + "\(canary.version)")
            edit.takeOut(spec)
            return edit
        }
        if rollout.effective.canary != nil { return try abort(rollout) }
        let last = rollout.status.history.first {
            $0.outcome == .succeeded && $0.canaryVersion == spec.stable.version
        }
        guard let last else {
            throw EditRefusal(
                "status.history knows no promotion to version \(spec.stable.version), and there is "
                    + "no canary on trial: there is nothing to take back")
        }
        var edit = RolloutEdit(
            "version \(last.stableVersion) is the stable version again instead of "
                + "\(spec.stable.version)")
        edit.refer("stable", spec.stable, to: last.stableVersion)
        if spec.canary?.version == last.stableVersion {
            edit.remove("spec", "canary")
            edit.clear(spec)
        }
        let shadows = spec.shadows.filter { $0.reference.version != last.stableVersion }
        if shadows.count != spec.shadows.count { edit.setShadows(shadows) }
        return edit
    }
}
