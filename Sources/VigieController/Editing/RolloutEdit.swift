import VigieEngine
import VigieRollouts

/// What a person's word changes of a rollout, and how it is told.
package struct RolloutEdit: Sendable, Equatable {
    package var changes: [FieldChange] = []
    /// What is done, for people: "version 2 is on trial beside version 1".
    package var summary: String
    /// What they should know besides.
    package var notes: [String] = []

    init(_ summary: String) { self.summary = summary }

    mutating func set(_ path: String..., to value: JSONValue) {
        changes.append(FieldChange(path, value))
    }

    mutating func remove(_ path: String...) { changes.append(FieldChange(path, nil)) }

    mutating func annotate(_ key: String, _ value: String) {
        changes.append(FieldChange(["metadata", "annotations", key], .string(value)))
    }

    /// Takes back what was said of a canary that is not the one meant now.
    mutating func clear(_ spec: RolloutSpec) {
        if spec.abort { remove("spec", "abort") }
        if spec.promote { remove("spec", "promote") }
    }
}

/// Why a word about a rollout is not carried out, with the field that it is about.
package struct EditRefusal: Error, Sendable, Equatable, CustomStringConvertible {
    package let description: String
    /// How long somebody who only looks may wait for it to pass; nil when it will not.
    package let patience: Duration?

    package init(_ description: String, patience: Duration? = nil) {
        self.description = description
        self.patience = patience
    }

    static func changedMeanwhile(_ name: String) -> EditRefusal {
        EditRefusal("\(name) was changed by somebody else meanwhile, twice: try again")
    }
}

extension Rollout {
    /// Whether the status tells of the canary that there is, and of its latest try: not of one before
    /// it, which the controller has not left behind yet.
    var isStatusOfCanary: Bool {
        guard let canary = spec.canary else { return false }
        let restart = metadata.annotations[RolloutAnnotation.restart] ?? ""
        return status.canaryVersion == canary.version && status.restart == restart
    }
}

/// A rollout as the verbs look at it.
package struct EditedRollout: Sendable {
    package let rollout: Rollout
    let effective: EffectiveRollout

    package init(_ rollout: Rollout) {
        self.rollout = rollout
        effective = EffectiveRollout(spec: rollout.spec, status: rollout.status)
    }

    var spec: RolloutSpec { rollout.spec }
    var status: RolloutStatus { rollout.status }
    var name: String { rollout.metadata.name }

    /// The controller has begun this canary.
    var isBegun: Bool { rollout.isStatusOfCanary && status.phase != .idle }

    /// The canary has become the stable version, and `spec.stable` does not say so yet.
    var isPromoted: Bool {
        spec.canary != nil && effective.canary == nil && effective.stable == spec.canary
    }

    /// - Throws: when there is no canary on trial: none at all, or one that is out or has passed.
    func canaryOnTrial() throws(EditRefusal) -> VersionReference {
        guard let canary = spec.canary else {
            throw EditRefusal(
                "spec.canary is missing: \(name) has no canary; "
                    + "see `vigie rollout canary \(name) VERSION`")
        }
        if isPromoted {
            throw EditRefusal(
                "spec.canary: version \(canary.version) is the stable version already")
        }
        if effective.canary == nil {
            let why =
                spec.abort
                ? "spec.abort is set" : status.message.isEmpty ? "it failed" : status.message
            throw EditRefusal(
                "spec.canary: version \(canary.version) is out (\(why)); "
                    + "`vigie rollout canary \(name) \(canary.version)` tries it again")
        }
        return canary
    }
}
