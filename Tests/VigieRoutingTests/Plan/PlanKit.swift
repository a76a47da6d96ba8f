import VigieRollouts

@testable import VigieRouting

/// A rollout of versions 1 (stable) and 2 (canary), as a test changes it.
func makePlan(
    weight: Int = 0, canary: Int? = 2, _ change: (inout RolloutSpec) -> Void = { _ in }
) throws -> RoutePlan {
    var spec = RolloutSpec(
        model: "fraud", stable: VersionReference(version: 1),
        canary: canary.map { VersionReference(version: $0) })
    spec.routing.weight = weight
    change(&spec)
    return try RoutePlan(EffectiveRollout(spec: spec, status: RolloutStatus()))
}

extension RoutePlan {
    /// The outcome of a request with this metadata.
    func choose(
        _ metadata: [(String, String)] = [], input: String? = nil, draw: UInt64 = 0
    ) -> RouteOutcome {
        let facts = RouteFacts()
        facts.begin(self)
        for (name, value) in metadata {
            let (name, value) = (Array(name.utf8), Array(value.utf8))
            facts.take(metadata: name.span.bytes, value.span.bytes, for: self)
        }
        if let input, stickyInput != nil {
            let bytes = Array(input.utf8)
            facts.take(input: bytes.span.bytes, for: self)
        }
        return outcomes[choose(facts, draw: draw)]
    }
}
