import TestRandom
import Testing
import VigieTelemetry

@testable import VigieRollouts

/// Random days of a rollout, from a seed that is printed when something does not hold.
struct RolloutPropertyTests {
    private static let legal: [RolloutPhase: Set<RolloutPhase>] = [
        .idle: [.idle, .loading],
        .loading: [.loading, .shadowing, .progressing, .paused, .failed, .rolledBack, .idle],
        .shadowing: [
            .shadowing, .progressing, .paused, .promoting, .rolledBack, .failed, .loading, .idle,
        ],
        .progressing: [
            .progressing, .shadowing, .paused, .promoting, .rolledBack, .failed, .loading, .idle,
        ],
        .paused: [
            .paused, .progressing, .shadowing, .promoting, .rolledBack, .failed, .loading, .idle,
            .succeeded,
        ],
        .promoting: [.promoting, .succeeded, .rolledBack, .paused, .loading, .idle],
        .succeeded: [.succeeded, .rolledBack, .loading, .idle],
        .rolledBack: [.rolledBack, .loading, .idle],
        .failed: [.failed, .loading, .idle],
    ]

    private func spec(_ random: inout SplitMix) -> RolloutSpec {
        var steps: [StepSpec] = []
        for _ in 0..<Int.random(in: 0...4, using: &random) {
            let traffic: StepSpec.Traffic =
                switch Int.random(in: 0..<4, using: &random) {
                case 0: .unchanged
                case 1: .shadow(percent: 50)
                default: .weight(Int.random(in: 0...9999, using: &random))
                }
            steps.append(
                StepSpec(
                    traffic, minimumRequests: Int.random(in: 0...3000, using: &random),
                    pause: random.chance(0.2)
                        ? .indefinite : .duration(.seconds(Int.random(in: 0...60, using: &random))),
                    analysis: random.chance(0.3) ? ["named"] : []))
        }
        let actions = FailureAction.allCases
        var spec = Bench.spec(
            steps: steps,
            analysis: [
                AnalysisSpec("named", .errorRate, max: 0.02, failureLimit: 1),
                AnalysisSpec("background", .errorRateTest, startingStep: 1),
                AnalysisSpec("prom", .prometheus, max: 1, query: "up"),
            ], onFailure: actions[Int.random(in: 0..<actions.count, using: &random)])
        spec.approvalsRequired = random.chance(0.2) ? 1 : 0
        return spec
    }

    /// Something that pods, people or the clock do.
    private func happen(_ bench: inout Bench, _ random: inout SplitMix) {
        let pod = Int.random(in: 0..<bench.pods.count, using: &random)
        switch Int.random(in: 0..<40, using: &random) {
        case 0: bench.pods[pod].loaded.remove(2)
        case 1, 2, 3: bench.pods[pod].loaded.insert(2)
        case 4: bench.pods[pod].isReady = false
        case 5, 6: bench.pods[pod].isReady = true
        case 7: bench.pods[pod].silence = "HTTP 503"
        case 8, 9: bench.pods[pod].silence = nil
        case 10:
            bench.pods[pod].trips = [
                GuardTrip(version: 2, reason: .errorRate, message: "bad", time: bench.now)
            ]
        case 11: bench.pods[pod].trips = []
        case 12: bench.change { $0.suspend.toggle() }
        case 13:
            bench.change {
                $0.abort.toggle()
                if $0.abort { $0.promote = false }
            }
        case 14: bench.change { if !$0.abort { $0.promote.toggle() } }
        case 15: bench.change { $0.routing.weight = 1234 }
        case 16, 17: bench.change { $0.routing.weight = nil }
        case 18:
            bench.change { $0.canary = $0.canary == nil ? VersionReference(version: 2) : nil }
        case 19: bench.rollout.metadata.annotations[RolloutAnnotation.resume] = "0"
        case 20: bench.rollout.metadata.annotations[RolloutAnnotation.resume] = "1"
        case 21:
            let approvals = RolloutAnnotation.approvedByPrefix + "1"
            bench.rollout.metadata.annotations[approvals] = "grace\(random.next() % 3)"
        case 22: bench.rollout.metadata.annotations[RolloutAnnotation.restart] = "\(random.next())"
        case 23:
            bench.now = WallTime(
                milliseconds: bench.now.milliseconds
                    + Int64.random(in: -90_000_000...90_000_000, using: &random))
        case 24: bench.answers = ["prom": .value(2)]
        case 25: bench.answers = ["prom": .noData]
        case 26: bench.answers = [:]
        case 27, 28: bench.answers = ["prom": .value(0.5)]
        default:
            let canary = UInt64.random(in: 0...900, using: &random)
            let errors = random.chance(0.1) ? UInt64.random(in: 0...canary, using: &random) : 0
            for index in bench.pods.indices {
                bench.pods[index].serve(stable: 1000, canary: canary, errors: errors)
                bench.pods[index].shadowArm.requests += canary
            }
        }
    }

    @Test(arguments: 0..<30 as Range<UInt64>)
    func whatever_happens_the_rules_hold(_ seed: UInt64) {
        var random = SplitMix(seed: seed)
        var bench = Bench(spec(&random), pods: 3)
        bench.answers = ["prom": .value(0.5)]
        for round in 0..<300 {
            happen(&bench, &random)
            bench.now = bench.now + .seconds(Int.random(in: 0...30, using: &random))
            let before = bench.status
            let input = bench.input()
            let decision = RolloutMachine.advance(input)
            let after = decision.status
            let place: Comment = "seed \(seed), round \(round)"

            // It is a function, and forgets nothing between two looks.
            #expect(RolloutMachine.advance(input) == decision, place)
            #expect(RolloutStatus(reading: after.json) == after, place)

            check(bench, before, decision, input, place)
            bench.rollout.status = after
        }
    }

    private func check(
        _ bench: Bench, _ before: RolloutStatus, _ decision: RolloutDecision,
        _ input: RolloutInput, _ place: Comment
    ) {
        let (spec, after) = (bench.rollout.spec, decision.status)
        // A rollout that begins may be held or over at the same look.
        let hasBegun =
            after.startedAt != before.startedAt || after.canaryVersion != before.canaryVersion
        let former = hasBegun && after.phase != .idle ? RolloutPhase.loading : before.phase
        let next = Self.legal[former] ?? []
        #expect(next.contains(after.phase), "\(former): \(place)")
        #expect(decision.next > .zero, place)
        #expect(after.history.count <= spec.strategy.revisionHistoryLimit, place)
        #expect(Set(after.conditions.map(\.kind)).count == after.conditions.count, place)

        // The weight is one that somebody wrote, all, or nothing.
        var weights: Set<Int> = [0]
        for case .weight(let weight) in spec.strategy.steps.map(\.traffic) {
            weights.insert(weight)
        }
        if let weight = spec.routing.weight { weights.insert(weight) }
        let isDone = after.stepIndex == spec.strategy.steps.count
        if after.phase == .promoting || (after.phase == .paused && isDone) {
            weights.insert(10_000)
        }
        // What a hand set stays while nobody may move it.
        if after.phase == .paused { weights.insert(before.weight) }
        #expect(weights.contains(after.weight), place)
        if after.phase == .idle || after.phase == .loading || after.phase.isOver {
            #expect(after.weight == 0 && after.shadowPercent == 0, place)
        }

        // It only grows, by steps, when every ready pod has loaded the canary.
        let isNewStep = after.stepStartedAt != before.stepStartedAt && after.weight > before.weight
        if isNewStep, spec.routing.weight == nil || after.phase == .promoting {
            let ready = input.pods.filter(\.isReady)
            #expect(!ready.isEmpty, place)
            let lacking = ready.filter { $0.report?.loaded[2] == nil }
            #expect(lacking.isEmpty, place)
        }

        // Nothing is promoted past an analysis that failed, nor without approvals.
        if after.phase == .promoting, before.phase != .promoting {
            if spec.strategy.onFailure != .notify {
                let over = after.analysis.filter(\.isOver)
                #expect(over.isEmpty, place)
            }
            #expect(after.approvedBy.count >= spec.approvalsRequired, place)
        }
        if spec.abort { #expect(after.phase != .promoting && after.phase != .succeeded, place) }

        // What is over stays so, unless people say otherwise.
        if before.phase.isOver, after.phase == before.phase, !hasBegun {
            #expect(after.history == before.history, place)
            #expect(after.weight == before.weight, place)
        }
    }

    /// A rollout with a good or a bad canary, by a controller that may die before it writes.
    private func outcome(
        errors: UInt64, seed: UInt64, dies: Double, jumps: Double
    ) -> RolloutStatus {
        var random = SplitMix(seed: seed)
        var bench = Bench(
            Bench.spec(
                steps: [
                    StepSpec(.shadow(percent: 100), pause: .duration(.seconds(20))),
                    StepSpec(.weight(500), minimumRequests: 2000, analysis: ["rate"]),
                    StepSpec(.weight(5000), minimumRequests: 2000, pause: .duration(.seconds(30))),
                ],
                analysis: [
                    AnalysisSpec("rate", .errorRate, max: 0.01),
                    AnalysisSpec("test", .errorRateTest, startingStep: 1),
                ]))
        for _ in 0..<500 where !bench.status.phase.isOver {
            bench.now = bench.now + .seconds(5)
            if random.chance(jumps) {
                bench.now = WallTime(
                    milliseconds: bench.now.milliseconds
                        + Int64.random(in: -86_400_000...86_400_000, using: &random))
            }
            for index in bench.pods.indices {
                if bench.status.weight > 0 {
                    bench.pods[index].serve(stable: 1000, canary: 200, errors: errors)
                }
                bench.pods[index].shadowArm.requests += 100
            }
            guard !random.chance(dies) else {
                // It has decided, and told nobody.
                _ = RolloutMachine.advance(bench.input())
                continue
            }
            bench.look(after: 0)
        }
        return bench.status
    }

    @Test(arguments: 0..<20 as Range<UInt64>)
    func killed_at_any_moment_it_comes_to_the_same_end(_ seed: UInt64) {
        for errors: UInt64 in [0, 50] {
            let calm = outcome(errors: errors, seed: seed, dies: 0, jumps: 0)
            let killed = outcome(errors: errors, seed: seed, dies: 0.5, jumps: 0)
            #expect(calm.phase == (errors == 0 ? .succeeded : .rolledBack), "seed \(seed)")
            #expect(killed.phase == calm.phase, "seed \(seed)")
            #expect(killed.history.map(\.outcome) == calm.history.map(\.outcome), "seed \(seed)")
            #expect(killed.reason == calm.reason, "seed \(seed)")
        }
    }

    @Test(arguments: 0..<20 as Range<UInt64>)
    func a_clock_that_jumps_changes_no_end(_ seed: UInt64) {
        for errors: UInt64 in [0, 50] {
            let end = outcome(errors: errors, seed: seed, dies: 0.2, jumps: 0.3)
            #expect(end.phase == (errors == 0 ? .succeeded : .rolledBack), "seed \(seed)")
        }
    }

    @Test func a_clock_that_is_put_back_lengthens_no_pause_by_more_than_itself() {
        var bench = Bench(
            Bench.spec(steps: [
                StepSpec(.weight(500), pause: .duration(.seconds(60))), StepSpec(.weight(600)),
            ]))
        bench.look()
        bench.now = WallTime(milliseconds: bench.now.milliseconds - 86_400_000)
        bench.look(after: 0)
        bench.look(after: 59)
        #expect(bench.status.stepIndex == 0)
        bench.look(after: 1)
        #expect(bench.status.stepIndex == 1)
    }
}
