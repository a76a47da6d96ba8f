import VigieEngine
import VigieTelemetry

@testable import VigieRollouts

/// A rollout with pods that do what they are told, and a clock: the controller's world in a value.
struct Bench {
    var rollout: Rollout
    var pods: [Pod]
    var answers: [String: QueryAnswer] = [:]
    var now = WallTime(milliseconds: 1_795_664_136_000)
    /// All that was told so far.
    var events: [RolloutEvent] = []

    /// A pod that counts from its rollout's status on.
    struct Pod {
        var name: String
        var isReady = true
        var loaded: Set<Int> = [1, 2]
        var failed: [LoadFailure] = []
        var trips: [GuardTrip] = []
        /// Why it does not answer; nil when it does.
        var silence: String?
        /// In this step.
        var canary = ArmReport(.canary, version: 2)
        var shadowArm = ArmReport(.shadow, version: 2)
        var stable = ArmReport(.stable, version: 1)
        var shadow = ShadowReport(version: 2, against: 1)
        var step = (index: -1, epoch: WallTime?.none)

        mutating func report(_ rollout: Rollout) -> RolloutReport? {
            guard silence == nil else { return nil }
            let effective = EffectiveRollout(spec: rollout.spec, status: rollout.status)
            if step != (effective.stepIndex, effective.epoch) {
                step = (effective.stepIndex, effective.epoch)
                canary = ArmReport(.canary, version: rollout.spec.canary?.version ?? 2)
                shadowArm = ArmReport(.shadow, version: canary.version)
                stable = ArmReport(.stable, version: rollout.spec.stable.version)
                shadow = ShadowReport(version: canary.version, against: stable.version)
            }
            var report = RolloutReport(
                name: rollout.metadata.name, model: effective.model,
                generation: rollout.metadata.generation, canaryVersion: effective.canary?.version,
                epoch: effective.epoch, stepIndex: effective.stepIndex)
            for version in loaded { report.loaded[version] = 1 }
            report.failed = failed
            report.trips = trips
            report.arms = [stable, canary, shadowArm]
            report.shadows = [shadow]
            return report
        }

        /// Some requests, of which a number of the canary's fail.
        mutating func serve(stable: UInt64, canary: UInt64, errors: UInt64 = 0) {
            self.stable.requests += stable
            self.canary.requests += canary
            self.canary.errors += errors
        }
    }

    init(_ spec: RolloutSpec, pods: Int = 2) {
        rollout = Rollout(RolloutMetadata(name: "r"), spec)
        rollout.metadata.generation = 1
        self.pods = (0..<pods).map { Pod(name: "p-\($0)") }
    }

    /// Version 2 on trial beside version 1.
    static func spec(
        steps: [StepSpec] = [StepSpec(.weight(500)), StepSpec(.weight(5000))],
        analysis: [AnalysisSpec] = [], onFailure: FailureAction = .rollback
    ) -> RolloutSpec {
        var spec = RolloutSpec(
            model: "m", stable: VersionReference(version: 1), canary: VersionReference(version: 2))
        spec.strategy.steps = steps
        spec.strategy.analysis = analysis
        spec.strategy.onFailure = onFailure
        return spec
    }

    var status: RolloutStatus { rollout.status }

    mutating func input() -> RolloutInput {
        var observations: [PodObservation] = []
        for index in pods.indices {
            let report = pods[index].report(rollout)
            observations.append(
                PodObservation(
                    name: pods[index].name, isReady: pods[index].isReady, report: report,
                    silence: pods[index].silence))
        }
        return RolloutInput(rollout, pods: observations, answers: answers, now: now)
    }

    /// One look; what is written goes through JSON, as it would.
    @discardableResult
    mutating func look(after seconds: Int = 1) -> RolloutDecision {
        now = now + .seconds(seconds)
        let decision = RolloutMachine.advance(input())
        rollout.status = RolloutStatus(reading: decision.status.json)
        // Pods apply it before more requests come.
        for index in pods.indices { _ = pods[index].report(rollout) }
        events += decision.events
        return decision
    }

    /// Requests to all pods, and a look.
    mutating func serve(
        stable: UInt64 = 1000, canary: UInt64 = 1000, errors: UInt64 = 0, after seconds: Int = 10
    ) {
        for index in pods.indices {
            pods[index].serve(stable: stable, canary: canary, errors: errors)
        }
        look(after: seconds)
    }

    mutating func change(_ change: (inout RolloutSpec) -> Void) {
        change(&rollout.spec)
        rollout.metadata.generation += 1
    }

    var told: [RolloutReason] { events.map(\.reason) }
}
