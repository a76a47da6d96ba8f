import Testing

@testable import VigieRollouts

struct EffectiveRolloutTests {
    private func spec(_ change: (inout RolloutSpec) -> Void = { _ in }) -> RolloutSpec {
        var spec = RolloutSpec(
            model: "m", stable: VersionReference(version: 1), canary: VersionReference(version: 2))
        spec.strategy.steps = [StepSpec(.weight(500))]
        change(&spec)
        return spec
    }

    private func status(_ phase: RolloutPhase, canary: Int? = 2) -> RolloutStatus {
        var status = RolloutStatus()
        status.phase = phase
        status.stableVersion = 1
        status.canaryVersion = canary
        status.weight = 500
        return status
    }

    @Test func with_steps_the_status_moves_the_weight() {
        let rollout = EffectiveRollout(spec: spec(), status: status(.progressing))
        #expect(rollout.weight == 500)
        #expect(rollout.canary?.version == 2)
        #expect(rollout.requiredVersions == [1, 2])
        #expect(rollout.salt == "m")
    }

    @Test func without_a_controller_weights_are_as_written() {
        let byHand = spec { $0.routing.weight = 700 }
        #expect(EffectiveRollout(spec: byHand, status: RolloutStatus()).weight == 700)
        #expect(EffectiveRollout(spec: spec(), status: RolloutStatus()).weight == 0)
    }

    @Test func a_hand_on_the_wheel_goes_before_the_steps() {
        let byHand = spec { $0.routing.weight = 700 }
        #expect(EffectiveRollout(spec: byHand, status: status(.paused)).weight == 700)
    }

    @Test func a_promoted_canary_is_the_stable_version() {
        let rollout = EffectiveRollout(spec: spec(), status: status(.succeeded))
        #expect(rollout.stable.version == 2)
        #expect(rollout.canary == nil)
        #expect(rollout.weight == 0)
        #expect(rollout.requiredVersions == [2])
    }

    @Test func another_stable_version_begins_anew_after_a_promotion() {
        let other = spec { $0.stable.version = 9 }
        let rollout = EffectiveRollout(spec: other, status: status(.succeeded))
        #expect(rollout.stable.version == 9)
        #expect(rollout.canary?.version == 2)
        #expect(rollout.weight == 0)
    }

    @Test(arguments: [RolloutPhase.rolledBack, .failed])
    func a_canary_that_is_out_gets_nothing_even_by_hand(_ phase: RolloutPhase) {
        let byHand = spec { $0.routing.weight = 700 }
        let rollout = EffectiveRollout(spec: byHand, status: status(phase))
        #expect(rollout.canary == nil)
        #expect(rollout.weight == 0)
        #expect(rollout.stable.version == 1)
    }

    @Test func abort_needs_no_controller() {
        let aborted = spec {
            $0.routing.weight = 700
            $0.abort = true
        }
        #expect(EffectiveRollout(spec: aborted, status: RolloutStatus()).canary == nil)
    }

    @Test func another_canary_starts_over() {
        let rollout = EffectiveRollout(spec: spec(), status: status(.rolledBack, canary: 7))
        #expect(rollout.canary?.version == 2)
        #expect(rollout.weight == 0)
    }

    @Test func a_step_repeats_requests_to_the_canary() {
        var shadowing = status(.shadowing)
        (shadowing.weight, shadowing.shadowPercent) = (0, 50)
        let named = ShadowSpec(VersionReference(version: 2), percent: 1, queue: 8)
        let rollout = EffectiveRollout(spec: spec(), status: shadowing)
        #expect(rollout.shadows == [ShadowSpec(VersionReference(version: 2), percent: 50)])
        let both = EffectiveRollout(spec: spec { $0.shadows = [named] }, status: shadowing)
        #expect(both.shadows.map(\.percent) == [50])
        #expect(both.shadows.map(\.queue) == [8])
    }

    @Test func versions_that_rules_name_are_wanted_too() {
        let rollout = EffectiveRollout(
            spec: spec {
                $0.shadows = [ShadowSpec(VersionReference(version: 3))]
                $0.routing.rules = [
                    RoutingRule("r", match: [MetadataMatch("k", .exact("v"))], to: .version(4))
                ]
            }, status: RolloutStatus())
        #expect(rollout.requiredVersions == [1, 2, 3, 4])
    }
}
