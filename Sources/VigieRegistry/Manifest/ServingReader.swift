/// Reads `serving`.
enum ServingReader {
    static func read(_ node: ManifestNode) throws(ManifestError) -> ServingPolicy {
        var policy = ServingPolicy()
        if let execution = try node.optional("execution") {
            policy.execution = try execution.choice(ServingPolicy.Execution.self)
        }
        policy.batching = try node.optional("batching").map(readBatching)
        return policy
    }

    private static func readBatching(_ node: ManifestNode) throws(ManifestError) -> BatchingPolicy {
        let rows = BatchingPolicy.rowsRange
        let maxRows = try node.optional("maxRows")?.integer(rows)
        let delay = try node.optional("maxDelayMicroseconds")?
            .integer(0...BatchingPolicy.delayMicrosecondsMax)
        let defaults = BatchingPolicy()
        var policy = BatchingPolicy(
            maxRows: maxRows ?? defaults.maxRows,
            maxDelay: delay.map { .microseconds($0) } ?? defaults.maxDelay)
        if let preferred = try node.optional("preferredRows") {
            policy.preferredRows = try preferred.integer(rows)
            guard policy.preferredRows <= policy.maxRows else {
                throw preferred.error("must be at most maxRows, which is \(policy.maxRows)")
            }
        }
        return policy
    }
}
