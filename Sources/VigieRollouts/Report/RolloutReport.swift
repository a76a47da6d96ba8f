import VigieTelemetry

/// What pods tell of one rollout: of one pod, or the sum of several.
package struct RolloutReport: Sendable, Equatable {
    /// The rollout's name.
    package var name: String
    package var model: String
    /// The generation of the specification that is applied; of several pods the least.
    package var generation: Int
    /// Whose statistics these are: of this canary, in its rollout that began then, since this step
    /// began; see ``EffectiveRollout/epoch``.
    package var canaryVersion: Int?
    package var epoch: WallTime?
    package var stepIndex: Int
    /// How many pods this is the sum of.
    package var pods = 1
    /// By version: how many pods can answer with it.
    package var loaded: [Int: Int] = [:]
    /// Versions that could not be loaded.
    package var failed: [LoadFailure] = []
    /// Canaries that a guard has taken out.
    package var trips: [GuardTrip] = []
    /// By reason, as in the trailer `vigie-route`: how many requests went where they did for it.
    package var routes: [String: UInt64] = [:]
    /// Each pair of arm and version once.
    package var arms: [ArmReport] = []
    /// Each pair of versions once.
    package var shadows: [ShadowReport] = []

    package init(
        name: String, model: String, generation: Int, canaryVersion: Int? = nil,
        epoch: WallTime? = nil, stepIndex: Int = 0
    ) {
        self.name = name
        self.model = model
        self.generation = generation
        self.canaryVersion = canaryVersion
        self.epoch = epoch
        self.stepIndex = stepIndex
    }

    package func arm(_ arm: Arm, _ version: Int) -> ArmReport? {
        arms.first { $0.arm == arm && $0.version == version }
    }

    /// How a version compares with the one that answered, if it shadows it.
    package func shadow(_ version: Int, against: Int) -> ShadowReport? {
        shadows.first { $0.version == version && $0.against == against }
    }

    /// Adds another pod's report of the same rollout. What it counted of another canary or another
    /// step is left out: its pod has not come as far.
    package mutating func merge(_ other: RolloutReport) {
        pods += other.pods
        generation = min(generation, other.generation)
        loaded.merge(other.loaded) { $0 + $1 }
        for failure in other.failed where !failed.contains(failure) { failed.append(failure) }
        trips += other.trips
        guard other.countsSame(as: self) else { return }
        routes.merge(other.routes) { $0 &+ $1 }
        for arm in other.arms { add(arm) }
        for shadow in other.shadows { add(shadow) }
    }

    /// Whether both have counted the same step of the same rollout.
    package func countsSame(as other: RolloutReport) -> Bool {
        canaryVersion == other.canaryVersion && epoch == other.epoch
            && stepIndex == other.stepIndex
    }

    package mutating func add(_ report: ArmReport) {
        let index = arms.firstIndex { $0.arm == report.arm && $0.version == report.version }
        if let index { arms[index].merge(report) } else { arms.append(report) }
    }

    package mutating func add(_ report: ShadowReport) {
        let index = shadows.firstIndex {
            $0.version == report.version && $0.against == report.against
        }
        if let index { shadows[index].merge(report) } else { shadows.append(report) }
    }
}

/// A version that a pod could not load.
package struct LoadFailure: Sendable, Equatable {
    package var version: Int
    package var message: String

    package init(version: Int, message: String) {
        self.version = version
        self.message = message
    }
}

/// What one pod tells on `GET /rollouts`.
package struct PodReport: Sendable, Equatable {
    /// The pod's name; empty when it has none.
    package var pod: String
    package var rollouts: [RolloutReport]

    package init(pod: String, rollouts: [RolloutReport]) {
        self.pod = pod
        self.rollouts = rollouts
    }

    package func rollout(_ name: String) -> RolloutReport? {
        rollouts.first { $0.name == name }
    }
}
