/// What a pod does for one model: the specification as people wrote it, seen through what has become
/// of it. The same in every pod that has the same two.
package struct EffectiveRollout: Sendable, Equatable {
    package var model: String
    /// The version that answers all whom nothing else takes.
    package var stable: VersionReference
    /// The version on trial, or being loaded for one; nil when there is none, or it is out.
    package var canary: VersionReference?
    /// The canary's share in basis points, 0 … 10,000; 0 without a canary.
    package var weight: Int
    /// Versions that are asked too, each once; none is the stable one.
    package var shadows: [ShadowSpec]
    package var sticky: StickyKey?
    package var salt: String
    package var rules: [RoutingRule]
    package var exclude: [MetadataMatch]
    package var canaryGuard: GuardSpec
    /// When this canary's rollout began; nil without a controller. A pod's guard is set anew when it
    /// changes, or the canary does.
    package var epoch: WallTime?
    /// The step whose traffic this is. Statistics are counted anew when it, the epoch or the canary
    /// changes.
    package var stepIndex: Int

    /// - Parameter status: what a controller wrote last; without one, as it is initially.
    package init(spec: RolloutSpec, status: RolloutStatus) {
        let isAbout = spec.canary != nil && status.canaryVersion == spec.canary?.version
        let phase = isAbout ? status.phase : .idle
        let hasSucceeded =
            phase == .succeeded && status.stableVersion == spec.stable.version && !spec.abort
        let isOut = spec.abort || phase == .rolledBack || phase == .failed
        model = spec.model
        stable = spec.stable
        canary = isOut ? nil : spec.canary
        epoch = isAbout ? status.startedAt : nil
        stepIndex = isAbout ? status.stepIndex : 0
        if hasSucceeded, let promoted = spec.canary {
            stable = promoted
            canary = nil
        }
        weight = 0
        if canary != nil {
            // While it is promoted the hand is off the wheel.
            let moved = phase.isOver ? 0 : status.weight
            let isMoved = isAbout && (phase == .promoting || !spec.strategy.steps.isEmpty)
            weight =
                phase == .promoting ? moved : spec.routing.weight ?? (isMoved ? moved : 0)
        }
        shadows = []
        let stableVersion = stable.version
        shadows = spec.shadows.filter { $0.reference.version != stableVersion }
        if let canary, isAbout, !phase.isOver, status.shadowPercent > 0 {
            Self.shadow(canary, status.shadowPercent, &shadows)
        }
        sticky = spec.routing.sticky
        salt = spec.routing.salt ?? spec.model
        rules = spec.routing.rules
        exclude = spec.routing.exclude
        canaryGuard = spec.strategy.canaryGuard
    }

    /// A step repeats requests to the canary; when it is among the shadows anyway, what is said there
    /// of its queue and its comparison holds.
    private static func shadow(
        _ canary: VersionReference, _ percent: Double, _ shadows: inout [ShadowSpec]
    ) {
        if let index = shadows.firstIndex(where: { $0.reference.version == canary.version }) {
            shadows[index].percent = percent
        } else {
            shadows.append(ShadowSpec(canary, percent: percent))
        }
    }

    /// Versions that a pod must have in memory, besides what its policy keeps.
    package var requiredVersions: Set<Int> {
        var versions: Set<Int> = [stable.version]
        if let canary { versions.insert(canary.version) }
        for shadow in shadows { versions.insert(shadow.reference.version) }
        for case .version(let version) in rules.map(\.target) { versions.insert(version) }
        return versions
    }
}
