/// What answers are broken down by.
package struct GroupKey: Sendable, Hashable {
    /// "ModelInfer".
    package var method: String
    /// The model that was asked; empty for methods without one.
    package var model: String
    /// The version that answered, as it says itself; empty when nobody did.
    package var version: String
    /// The part that the version plays in a rollout, from the trailer `vigie-arm`; empty without one.
    package var arm: String
    /// From a connection that reads slowly on purpose.
    package var isSlow: Bool

    package init(
        method: String, model: String, version: String, arm: String, isSlow: Bool = false
    ) {
        self.method = method
        self.model = model
        self.version = version
        self.arm = arm
        self.isSlow = isSlow
    }

    /// The labels by name, for thresholds and reports.
    package var labels: [(name: String, value: String)] {
        [
            ("method", method), ("model", model), ("version", version), ("arm", arm),
            ("reader", isSlow ? "slow" : ""),
        ]
    }
}

/// The answers of one ``GroupKey``.
package struct Group: Sendable {
    package var key: GroupKey
    package var outcomes = OutcomeCounts()
    /// OK, but not what was expected.
    package var wrong: UInt64 = 0
    /// Of OK answers, from the intended time of sending.
    package var latency = LatencyHistogram()
    /// Of OK answers, from the time when they were really sent.
    package var uncorrected = LatencyHistogram()

    package init(_ key: GroupKey) { self.key = key }

    mutating func add(_ other: Group) {
        outcomes.add(other.outcomes)
        wrong += other.wrong
        latency.add(other.latency)
        uncorrected.add(other.uncorrected)
    }
}
