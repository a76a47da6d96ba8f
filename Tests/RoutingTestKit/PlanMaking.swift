import VigieRollouts
import VigieRouting

/// A rollout of versions 1 (stable) and 2 (canary) of the model "fraud", as a test changes it.
///
/// - Parameters:
///   - weight: the canary's share in basis points.
///   - canary: its version; nil for none.
/// - Throws: what the router says of a specification that it cannot follow.
package func makePlan(
    weight: Int = 0, canary: Int? = 2, _ change: (inout RolloutSpec) -> Void = { _ in }
) throws -> RoutePlan {
    var spec = RolloutSpec(
        model: "fraud", stable: VersionReference(version: 1),
        canary: canary.map { VersionReference(version: $0) })
    spec.routing.weight = weight
    change(&spec)
    return try RoutePlan(EffectiveRollout(spec: spec, status: RolloutStatus()))
}
