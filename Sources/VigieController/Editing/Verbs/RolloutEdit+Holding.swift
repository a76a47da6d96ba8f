import VigieEngine
import VigieRollouts

extension RolloutEdit {
    /// Nothing advances.
    package static func suspend(_ rollout: EditedRollout) throws(EditRefusal) -> RolloutEdit {
        guard !rollout.spec.suspend else { throw EditRefusal("spec.suspend is set already") }
        var edit = RolloutEdit("nothing advances")
        edit.set("spec", "suspend", to: .bool(true))
        return edit
    }

    /// Ends what holds it: `spec.suspend`, an indefinite pause, or an analysis that paused it.
    /// - Parameter time: makes this word another one than that of a rollout before.
    package static func resume(
        _ rollout: EditedRollout, at time: WallTime
    ) throws(EditRefusal) -> RolloutEdit {
        let (spec, status) = (rollout.spec, rollout.status)
        if spec.suspend {
            var edit = RolloutEdit("it goes on")
            edit.remove("spec", "suspend")
            return edit
        }
        if rollout.isBegun, status.reason == RolloutReason.manualWeight.rawValue {
            throw EditRefusal(
                "spec.routing.weight holds the steps: "
                    + "`vigie rollout weight \(rollout.name) steps` takes it away")
        }
        guard rollout.isBegun, status.phase == .paused else {
            throw EditRefusal(
                "status.phase is \(status.phase.rawValue): nothing holds \(rollout.name)")
        }
        let (place, step) = (String(status.stepIndex), "step \(status.stepIndex + 1)")
        guard
            status.reason == RolloutReason.awaitingResume.rawValue
                || status.resumedStep != status.stepIndex
        else {
            throw EditRefusal(
                "status.resumedStep: \(step) was let go on once already; promote it or abort it")
        }
        var edit = RolloutEdit("\(step) goes on")
        edit.annotate(RolloutAnnotation.resume, "\(place)#\(time)")
        return edit
    }

    /// A person agrees with the promotion of this canary.
    package static func approve(
        _ rollout: EditedRollout, as user: String
    ) throws(EditRefusal) -> RolloutEdit {
        guard !user.isEmpty, user.utf8.count <= RolloutLimits.textBytesMax,
            !user.contains(where: { $0.isWhitespace || $0 == "#" || !$0.isASCII })
        else {
            throw EditRefusal("--as '\(user)' is no user: a name of ASCII without spaces and '#'")
        }
        let annotations = rollout.rollout.metadata.annotations
        guard annotations[RolloutAnnotation.author] != user else {
            throw EditRefusal(
                "annotation \(RolloutAnnotation.author): '\(user)' is the author, and cannot approve"
            )
        }
        let canary = try rollout.canaryOnTrial()
        let value = "\(user)#\(canary.version)"
        let given = annotations.filter { $0.key.hasPrefix(RolloutAnnotation.approvedByPrefix) }
        guard !given.values.contains(value), !rollout.status.approvedBy.contains(user) else {
            throw EditRefusal(
                "annotation \(RolloutAnnotation.approvedByPrefix)…: '\(user)' has approved version "
                    + "\(canary.version) already")
        }
        var edit = RolloutEdit("'\(user)' approves version \(canary.version)")
        edit.annotate(approvalKey(user, given), value)
        edit.countApprovals(rollout, canary, given, user)
        return edit
    }

    /// One of their own for each: what this person said of another version is replaced.
    private static func approvalKey(_ user: String, _ given: [String: String]) -> String {
        let own = given.first { $0.value == user || $0.value.hasPrefix(user + "#") }
        if let own { return own.key }
        let number = (1...).first { given[RolloutAnnotation.approvedByPrefix + String($0)] == nil }
        return RolloutAnnotation.approvedByPrefix + String(number ?? given.count + 1)
    }

    private mutating func countApprovals(
        _ rollout: EditedRollout, _ canary: VersionReference, _ given: [String: String],
        _ user: String
    ) {
        let required = rollout.spec.approvalsRequired
        guard required > 0 else {
            notes.append("spec.approvals asks for none")
            return
        }
        let suffix = "#\(canary.version)"
        let named = given.values.filter { $0.hasSuffix(suffix) }.map {
            String($0.dropLast(suffix.count))
        }
        let count = Set(named + rollout.status.approvedBy + [user]).count
        notes.append("\(count) of \(required) approvals")
    }
}
