import VigieRouting
import VigieTelemetry

/// A model's plan as one loop carries it out: each outcome with the version that is loaded for it, or
/// with the one that stands in for it.
///
/// Made by whoever makes the loop's table, handed over with it, and used on the loop alone.
final class ServedRoutes {
    let plan: RoutePlan
    /// Whether the canary is out; shared by all loops.
    let canary: CanaryState?
    /// What becomes of each outcome of ``plan``.
    private let targets: [Target]
    /// Instead of the canary while it is out.
    private let guarded: Target
    /// Whether somebody wants to know of outputs that are no numbers.
    let watchesOutputs: Bool
    /// Versions that are asked besides, and how this loop reaches them.
    let shadows: [ShadowLane]
    /// All outcomes that requests of the model have had on this loop, those of former plans too.
    let cells: [RouteOutcome: RouteCell]

    /// Requests that wanted a version which is not loaded, by version.
    let absences: [Int: RouteCell]

    struct Target {
        let served: ServedVersion
        let arm: Arm
        let label: RouteLabel
        /// Counts that another version had been chosen, which is not loaded.
        var absence: RouteCell?
    }

    /// Outcomes of former plans that are remembered, so that their counters do not vanish at once.
    private static let cellsMax = 512

    /// Nil when nothing of the model is loaded.
    init?(
        _ route: ModelRoute, versions: [ServedVersion], current: ServedVersion?,
        previous: ServedRoutes?, _ board: ShadowBoard?
    ) {
        let plan = route.plan
        func find(_ version: Int) -> ServedVersion? {
            versions.first {
                $0.model.version == version
                    && plan.accepts(version, digest: $0.model.manifestDigest.description)
            }
        }
        // When stable is not here either, what is newest answers, but the version on trial only if
        // there is no other.
        let trial = plan.canary.map { [$0] } ?? []
        let standIn =
            versions.last { !trial.contains($0.model.version) && !plan.isShadow($0.model.version) }
            ?? current
        guard let stable = find(plan.stable) ?? standIn else { return nil }
        var cells = previous?.cells ?? [:]
        if cells.count > Self.cellsMax { cells = [:] }
        func target(_ outcome: RouteOutcome, _ served: ServedVersion) -> Target {
            let said = RouteOutcome(
                version: served.model.version, arm: outcome.arm, route: outcome.route)
            let cell = cells[said] ?? RouteCell()
            cells[said] = cell
            return Target(served: served, arm: said.arm, label: RouteLabel(said, cell))
        }
        let missing = target(
            RouteOutcome(version: plan.stable, arm: .stable, route: RouteReason.notLoaded), stable)
        var absences: [Int: RouteCell] = [:]
        targets = plan.outcomes.map { outcome in
            if let served = find(outcome.version) { return target(outcome, served) }
            let cell =
                absences[outcome.version] ?? previous?.absences[outcome.version] ?? RouteCell()
            absences[outcome.version] = cell
            var instead = missing
            instead.absence = cell
            return instead
        }
        self.absences = absences.merging(previous?.absences ?? [:]) { new, _ in new }
        guarded = targets[RoutePlan.Fixed.guarded.rawValue]
        self.plan = plan
        canary = route.canary
        watchesOutputs = route.canary?.limits.nonFinite ?? false
        self.cells = cells
        shadows = plan.shadows.compactMap { shadow in
            guard let (line, isLoaded) = board?.line(plan.model, shadow) else { return nil }
            let ring = previous?.shadows.first { $0.line === line }?.ring ?? line.makeRing()
            return ShadowLane(line: line, ring: ring, isLoaded: isLoaded)
        }
    }

    /// The version that means the model to those who ask about it without being answered by it.
    var stable: ServedVersion { targets[RoutePlan.Fixed.normal.rawValue].served }

    /// The target of an outcome of the plan.
    @inline(__always)
    func target(_ outcome: Int) -> Target {
        let target = targets[outcome]
        guard target.arm == .canary, let canary, canary.isOut else { return target }
        return guarded
    }
}
