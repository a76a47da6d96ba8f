import VigieRollouts
import VigieRouting

@testable import VigieServices

/// A rollout of versions 1 (stable) and 2 (canary) of the model "fraud", as a test changes it.
func plan(
    weight: Int = 5000, canary: Int? = 2, _ change: (inout RolloutSpec) -> Void = { _ in }
) throws -> RoutePlan {
    var spec = RolloutSpec(
        model: "fraud", stable: VersionReference(version: 1),
        canary: canary.map { VersionReference(version: $0) })
    spec.routing.weight = weight
    change(&spec)
    return try RoutePlan(EffectiveRollout(spec: spec, status: RolloutStatus()))
}

/// The table of one rollout.
func routeTable(_ plan: RoutePlan, canary: CanaryState? = nil) -> RouteTable {
    RouteTable([plan.model: ModelRoute(rollout: "fraud", plan: plan, canary: canary)])
}
