/// Reads `decisionLog`.
enum DecisionLogReader {
    static func read(_ node: ManifestNode) throws(ManifestError) -> DecisionLogPolicy {
        var policy = DecisionLogPolicy()
        if let features = try node.optional("features") {
            policy.features = try features.choice(DecisionLogPolicy.Features.self)
        }
        if let personal = try node.optional("piiValues") {
            policy.keepsPersonalValues = try personal.boolean()
            guard !policy.keepsPersonalValues || policy.features == .values else {
                throw personal.error(#"goes with "features": "values" only"#)
            }
        }
        policy.mode = try node.optional("mode")?.choice(DecisionLogPolicy.Mode.self)
        return policy
    }
}
