import Testing
import VigieTelemetry

@testable import VigieRollouts

struct RolloutMachineTests {
    @Test func a_good_canary_walks_its_steps_and_is_promoted() {
        var bench = Bench(Bench.spec())
        bench.look()
        #expect(bench.status.phase == .progressing)
        #expect(bench.status.weight == 500)
        #expect(bench.status.stepIndex == 0)
        bench.look()
        #expect(bench.status.weight == 5000)
        bench.look()
        #expect(bench.status.phase == .promoting)
        bench.look()
        #expect(bench.status.phase == .succeeded)
        #expect(bench.status.condition(.promoted)?.status == .yes)
        #expect(bench.status.history.map(\.outcome) == [.succeeded])
        #expect(bench.told.first == .canaryStarted)
        #expect(bench.told.last == .promoted)
        let pods = EffectiveRollout(spec: bench.rollout.spec, status: bench.status)
        #expect(pods.stable.version == 2)
        // And nothing more happens.
        let before = bench.status
        #expect(bench.look(after: 3600).events.isEmpty)
        #expect(bench.status == before)
    }

    @Test func the_weight_does_not_move_before_every_ready_pod_has_loaded_the_canary() {
        var bench = Bench(Bench.spec())
        bench.pods[1].loaded = [1]
        bench.look()
        #expect(bench.status.phase == .loading)
        #expect(bench.status.weight == 0)
        #expect(bench.status.message.contains("p-1"))
        #expect(bench.status.condition(.canaryLoaded)?.status == .no)
        // One that gets no requests need not have.
        bench.pods[1].isReady = false
        bench.look()
        #expect(bench.status.phase == .progressing)
        // Another that joins without it holds the next step.
        bench.pods[1].isReady = true
        let index = bench.status.stepIndex
        bench.look()
        #expect(bench.status.stepIndex == index)
        #expect(bench.status.weight > 0)
    }

    @Test func a_pod_that_does_not_answer_holds_the_rollout() {
        var bench = Bench(Bench.spec())
        bench.pods[0].silence = "HTTP 401"
        for _ in 0..<3 { bench.look() }
        #expect(bench.status.phase == .loading)
        #expect(bench.status.message.contains("p-0 does not answer: HTTP 401"))
        let degraded = bench.status.condition(.degraded)
        #expect(degraded?.status == .yes && degraded?.reason == "PodSilent")
        #expect(degraded?.message == "pod p-0 does not answer: HTTP 401")
        #expect(bench.told.count { $0 == .podSilent } == 1, "it is told once")
        bench.pods[0].silence = nil
        bench.look()
        #expect(bench.status.condition(.degraded)?.status == .no)
        #expect(bench.status.weight > 0)
        bench.pods[1].silence = "no answer within 2s"
        bench.look()
        #expect(bench.told.count { $0 == .podSilent } == 2)
    }

    @Test func of_pods_that_nobody_watches_it_is_said_why_none_is_ready() {
        var bench = Bench(Bench.spec())
        for index in bench.pods.indices {
            bench.pods[index].isReady = false
            bench.pods[index].silence = "HTTP 401"
        }
        bench.look()
        #expect(
            bench.status.message.hasSuffix("no pod is ready: pod p-0 does not answer: HTTP 401"))
    }

    @Test func a_canary_that_cannot_be_loaded_fails_at_the_deadline_and_says_so_at_once() {
        var bench = Bench(Bench.spec())
        bench.pods[0].loaded = [1]
        bench.pods[0].failed = [LoadFailure(version: 2, message: "digest differs")]
        bench.look()
        #expect(bench.told == [.canaryStarted, .loadFailed])
        #expect(bench.status.lastFailure?.pod == "p-0")
        #expect(bench.status.pods.failedToLoad == 1)
        #expect(bench.status.condition(.degraded)?.status == .yes)
        bench.look(after: 300)
        #expect(bench.status.phase == .loading)
        #expect(bench.told == [.canaryStarted, .loadFailed])
        bench.look(after: 300)
        #expect(bench.status.phase == .failed)
        #expect(bench.status.reason == "ProgressDeadlineExceeded")
        #expect(bench.status.history.map(\.outcome) == [.failed])
    }

    @Test func another_reason_why_a_version_cannot_be_loaded_is_told_too() {
        var bench = Bench(Bench.spec())
        bench.pods[0].loaded = [1]
        bench.pods[0].failed = [LoadFailure(version: 2, message: "it is not in the registry")]
        for _ in 0..<2 { bench.look() }
        bench.pods[0].failed = [LoadFailure(version: 2, message: "no ONNX file")]
        for _ in 0..<2 { bench.look() }
        #expect(bench.told == [.canaryStarted, .loadFailed, .loadFailed])
        #expect(bench.status.lastFailure?.message.contains("no ONNX file") == true)
        #expect(bench.status.condition(.degraded)?.message.contains("no ONNX file") == true)
    }

    @Test func a_long_message_of_a_pod_is_cut() {
        var bench = Bench(Bench.spec())
        bench.pods[0].loaded = [1]
        let message = String(repeating: "é", count: 100_000)
        bench.pods[0].failed = [LoadFailure(version: 2, message: message)]
        bench.look()
        let texts =
            [bench.status.message, bench.status.lastFailure?.message ?? ""]
            + bench.events.map(\.message) + bench.status.conditions.map(\.message)
        #expect(texts.allSatisfy { $0.utf8.count <= 1024 })
        #expect(bench.status.lastFailure?.message.hasSuffix("…") == true)
    }

    @Test func a_step_waits_for_its_requests_and_its_pause() {
        var bench = Bench(
            Bench.spec(steps: [
                StepSpec(.weight(500), minimumRequests: 4000, pause: .duration(.seconds(60))),
                StepSpec(.weight(5000)),
            ]))
        bench.look()
        bench.serve(canary: 1000)
        #expect(bench.status.stepIndex == 0)
        #expect(bench.status.message.contains("2000 of 4000"))
        bench.serve(canary: 1000)
        #expect(bench.status.message.contains("pauses until"))
        bench.look(after: 35)
        #expect(bench.status.stepIndex == 0)
        bench.look(after: 5)
        #expect(bench.status.stepIndex == 1)
        #expect(bench.status.weight == 5000)
    }

    @Test func a_slow_trickle_of_requests_is_progress_and_none_is_not() {
        var bench = Bench(Bench.spec(steps: [StepSpec(.weight(500), minimumRequests: 1_000_000)]))
        bench.look()
        for _ in 0..<20 { bench.serve(canary: 1, after: 500) }
        #expect(bench.status.phase == .progressing)
        bench.look(after: 599)
        #expect(bench.status.phase == .progressing)
        bench.look(after: 1)
        #expect(bench.status.phase == .failed)
    }

    @Test func an_indefinite_pause_ends_when_somebody_says_so() {
        var bench = Bench(
            Bench.spec(steps: [StepSpec(.weight(500), pause: .indefinite), StepSpec(.weight(900))]))
        bench.look()
        bench.look(after: 100_000)
        #expect(bench.status.phase == .paused)
        #expect(bench.status.reason == "AwaitingResume")
        bench.rollout.metadata.annotations[RolloutAnnotation.resume] = "1"
        bench.look()
        #expect(bench.status.phase == .paused)
        bench.rollout.metadata.annotations[RolloutAnnotation.resume] = "0"
        bench.look()
        #expect(bench.status.stepIndex == 1)
        #expect(bench.status.weight == 900)
    }

    @Test func a_pause_that_was_ended_in_a_rollout_before_is_not_ended_in_the_next() {
        var bench = Bench(
            Bench.spec(steps: [StepSpec(.weight(500), pause: .indefinite), StepSpec(.weight(900))]))
        bench.rollout.metadata.annotations[RolloutAnnotation.resume] = "0"
        bench.look()
        bench.look()
        #expect(bench.status.reason == "AwaitingResume", "it was there before this one began")
        bench.rollout.metadata.annotations[RolloutAnnotation.resume] = "0#again"
        bench.look()
        #expect(bench.status.stepIndex == 1)
        // Another try: taken away and given again counts, too.
        bench.rollout.metadata.annotations[RolloutAnnotation.restart] = "1"
        for _ in 0..<3 { bench.look() }
        #expect(bench.status.stepIndex == 0 && bench.status.reason == "AwaitingResume")
        bench.rollout.metadata.annotations[RolloutAnnotation.resume] = nil
        bench.look()
        bench.rollout.metadata.annotations[RolloutAnnotation.resume] = "0#again"
        bench.look()
        #expect(bench.status.stepIndex == 1)
    }

    @Test func a_tripped_guard_of_any_pod_rolls_back_whatever_onFailure_says() {
        var bench = Bench(Bench.spec(onFailure: .notify))
        bench.look()
        bench.pods[1].trips = [
            GuardTrip(version: 2, reason: .nonFinite, message: "a score is NaN", time: bench.now)
        ]
        bench.look()
        #expect(bench.status.phase == .rolledBack)
        #expect(bench.status.weight == 0)
        #expect(bench.status.lastFailure?.pod == "p-1")
        #expect(bench.status.reason == "GuardTripped")
        #expect(EffectiveRollout(spec: bench.rollout.spec, status: bench.status).canary == nil)
        // The same canary stays out, whatever else changes.
        bench.pods[1].trips = []
        bench.change { $0.stable.version = 7 }
        bench.look()
        #expect(bench.status.phase == .rolledBack)
    }

    @Test func a_canary_that_is_out_begins_anew_when_somebody_says_so() {
        var bench = Bench(Bench.spec())
        bench.look()
        bench.change { $0.abort = true }
        bench.look()
        #expect(bench.status.phase == .rolledBack)
        bench.change { $0.abort = false }
        bench.look()
        #expect(bench.status.phase == .rolledBack)
        bench.rollout.metadata.annotations[RolloutAnnotation.restart] = "2026-11-26"
        bench.look()
        #expect(bench.status.phase == .progressing)
        #expect(bench.status.history.count == 1)
    }

    @Test func abort_takes_even_a_promoted_canary_back() {
        var bench = Bench(Bench.spec(steps: []))
        bench.look()
        bench.change { $0.promote = true }
        bench.look()
        bench.look()
        #expect(bench.status.phase == .succeeded)
        bench.change {
            $0.abort = true
            $0.promote = false
        }
        #expect(
            EffectiveRollout(spec: bench.rollout.spec, status: bench.status).stable.version == 1)
        bench.look()
        #expect(bench.status.phase == .rolledBack)
        #expect(bench.status.history.map(\.outcome) == [.rolledBack, .succeeded])
    }

    @Test func promote_skips_what_is_left() {
        var bench = Bench(Bench.spec(steps: [StepSpec(.weight(1), pause: .indefinite)]))
        bench.look()
        bench.look()
        #expect(bench.status.phase == .paused)
        bench.change { $0.promote = true }
        bench.look()
        #expect(bench.status.phase == .promoting)
        #expect(bench.status.weight == 10_000)
        bench.look()
        #expect(bench.status.phase == .succeeded)
    }

    @Test func promote_counts_for_one_canary_only() {
        var bench = Bench(Bench.spec(steps: [StepSpec(.weight(1), pause: .indefinite)]))
        bench.change { $0.promote = true }
        bench.look()
        bench.look()
        #expect(bench.status.phase == .paused)
        #expect(bench.told.contains(.promoteIgnored))
        bench.change { $0.promote = false }
        bench.look()
        bench.change { $0.promote = true }
        bench.look()
        #expect(bench.status.phase == .promoting)
    }

    @Test func suspend_holds_everything_but_the_guard() {
        var bench = Bench(Bench.spec(steps: [StepSpec(.weight(500)), StepSpec(.weight(600))]))
        bench.look()
        bench.change { $0.suspend = true }
        let (index, weight) = (bench.status.stepIndex, bench.status.weight)
        bench.look(after: 10_000)
        #expect(bench.status.reason == "Suspended")
        #expect(bench.status.stepIndex == index)
        #expect(bench.status.weight == weight)
        bench.change { $0.suspend = false }
        bench.look()
        #expect(bench.status.phase == .progressing || bench.status.phase == .promoting)
        bench.change { $0.suspend = true }
        bench.pods[0].trips = [
            GuardTrip(version: 2, reason: .p99, message: "slow", time: bench.now)
        ]
        bench.look()
        #expect(bench.status.phase == .rolledBack)
    }

    @Test func a_hand_on_the_wheel_holds_the_steps() {
        var bench = Bench(
            Bench.spec(steps: [
                StepSpec(.weight(500), pause: .duration(.seconds(60))), StepSpec(.weight(600)),
            ]))
        bench.look()
        bench.change { $0.routing.weight = 2500 }
        bench.look(after: 1000)
        #expect(bench.status.phase == .paused)
        #expect(bench.status.reason == "ManualWeight")
        #expect(bench.status.weight == 2500)
        bench.change { $0.routing.weight = nil }
        bench.look()
        #expect(bench.status.phase == .progressing)
        #expect(bench.status.weight == 500)
        #expect(bench.status.stepIndex == 0)
    }

    @Test func fewer_steps_do_not_promote_what_has_not_passed_the_last_of_them() {
        var bench = Bench(
            Bench.spec(steps: [
                StepSpec(.weight(100)), StepSpec(.weight(5000), pause: .indefinite),
                StepSpec(.weight(9000)),
            ]))
        for _ in 0..<3 { bench.look() }
        #expect(bench.status.stepIndex == 1)
        #expect(bench.status.reason == "AwaitingResume")
        // Said of the first step, which has long gone on.
        bench.rollout.metadata.annotations[RolloutAnnotation.resume] = "0"
        bench.change {
            $0.strategy.steps = [StepSpec(.weight(100), minimumRequests: 50, pause: .indefinite)]
        }
        bench.look()
        #expect(bench.status.phase == .progressing)
        #expect(bench.status.stepIndex == 0)
        #expect(bench.status.weight == 100)
        bench.serve(canary: 100)
        bench.look()
        #expect(bench.status.reason == "AwaitingResume")
        bench.rollout.metadata.annotations[RolloutAnnotation.resume] = "0#again"
        bench.look()
        #expect(bench.status.phase == .promoting)
    }

    @Test func an_edited_weight_of_the_step_that_is_walked_is_applied() {
        var bench = Bench(
            Bench.spec(steps: [
                StepSpec(.weight(5000), pause: .indefinite), StepSpec(.weight(9000)),
            ]))
        for _ in 0..<2 { bench.look() }
        #expect(bench.status.weight == 5000)
        bench.change { $0.strategy.steps[0].traffic = .weight(200) }
        bench.look()
        #expect(bench.status.weight == 200)
        #expect(bench.status.stepIndex == 0)
        bench.change { $0.strategy.steps[0].traffic = .shadow(percent: 50) }
        bench.look()
        #expect(bench.status.weight == 0)
        #expect(bench.status.shadowPercent == 50)
    }

    @Test func steps_that_were_taken_away_and_given_back_begin_with_the_first() {
        let steps = [StepSpec(.weight(100)), StepSpec(.weight(5000), pause: .indefinite)]
        var bench = Bench(Bench.spec(steps: steps))
        for _ in 0..<3 { bench.look() }
        #expect(bench.status.stepIndex == 1)
        bench.change { $0.strategy.steps = [] }
        bench.look()
        #expect(bench.status.weight == 0)
        bench.change { $0.strategy.steps = steps }
        bench.look()
        #expect(bench.told.suffix(2) == [.stepStarted, .stepStarted])
        #expect(bench.events.suffix(2).first?.message.hasPrefix("step 1 of 2") == true)
    }

    @Test func suspending_a_promotion_takes_nothing_back() {
        var bench = Bench(Bench.spec(steps: [StepSpec(.weight(500))]))
        for _ in 0..<2 { bench.look() }
        #expect(bench.status.phase == .promoting)
        bench.change { $0.suspend = true }
        for _ in 0..<3 { bench.look() }
        #expect(bench.status.reason == "Suspended")
        #expect(bench.status.condition(.progressing)?.status == .no)
        let pods = EffectiveRollout(spec: bench.rollout.spec, status: bench.status)
        #expect(pods.weight == RoutingSpec.weightMax)
        bench.change { $0.suspend = false }
        for _ in 0..<2 { bench.look() }
        #expect(bench.status.phase == .succeeded)
        #expect(bench.told.count { $0 == .promoting } == 1)
    }

    @Test func without_steps_people_move_the_weight() {
        var bench = Bench(Bench.spec(steps: []))
        bench.change { $0.routing.weight = 300 }
        bench.look()
        bench.look(after: 100_000)
        #expect(bench.status.phase == .progressing)
        #expect(bench.status.reason == "ByHand")
        #expect(bench.status.weight == 300)
    }

    @Test func another_canary_takes_the_place_of_one_that_is_not_over() {
        var bench = Bench(Bench.spec())
        bench.look()
        bench.change { $0.canary = VersionReference(version: 3) }
        bench.look()
        #expect(bench.status.phase == .loading)
        #expect(bench.status.canaryVersion == 3)
        #expect(bench.status.weight == 0)
        #expect(bench.status.history.map(\.outcome) == [.superseded])
        bench.change { $0.canary = nil }
        bench.look()
        #expect(bench.status.phase == .idle)
        #expect(bench.status.history.map(\.canaryVersion) == [3, 2])
    }

    @Test func another_stable_version_begins_anew() {
        var bench = Bench(Bench.spec())
        bench.look()
        bench.look()
        for index in bench.pods.indices { bench.pods[index].loaded.insert(9) }
        bench.change { $0.stable = VersionReference(version: 9) }
        bench.look()
        #expect(bench.status.stableVersion == 9)
        #expect(bench.status.stepIndex <= 1)
        #expect(bench.status.history.first?.stableVersion == 1)
    }

    @Test func the_history_is_bounded() {
        var bench = Bench(Bench.spec(steps: []))
        bench.change { $0.strategy.revisionHistoryLimit = 3 }
        for version in 2..<9 {
            bench.change { $0.canary = VersionReference(version: version) }
            bench.look()
        }
        #expect(bench.status.history.map(\.canaryVersion) == [7, 6, 5])
    }

    @Test func a_shadow_step_repeats_requests_and_answers_none() {
        var bench = Bench(
            Bench.spec(steps: [
                StepSpec(.shadow(percent: 100), minimumRequests: 100), StepSpec(.weight(500)),
            ]))
        bench.look()
        #expect(bench.status.phase == .shadowing)
        #expect(bench.status.shadowPercent == 100)
        #expect(bench.status.weight == 0)
        bench.pods[0].shadowArm.requests = 60
        bench.look()
        #expect(bench.status.phase == .shadowing)
        bench.pods[1].shadowArm.requests = 40
        bench.look()
        #expect(bench.status.phase == .progressing)
        #expect(bench.status.shadowPercent == 0)
        #expect(bench.status.weight == 500)
    }
}
