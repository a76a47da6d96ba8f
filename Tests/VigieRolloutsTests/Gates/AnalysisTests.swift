import Testing
import VigieTelemetry

@testable import VigieRollouts

/// Analyses as the machine walks.
struct AnalysisTests {
    private func bench(
        _ analysis: AnalysisSpec, onFailure: FailureAction = .rollback, isNamed: Bool = false
    ) -> Bench {
        let steps = [
            StepSpec(
                .weight(500), minimumRequests: 10_000, analysis: isNamed ? [analysis.name] : []),
            StepSpec(.weight(900), minimumRequests: 1_000_000),
        ]
        var bench = Bench(Bench.spec(steps: steps, analysis: [analysis], onFailure: onFailure))
        bench.look()
        return bench
    }

    @Test func an_analysis_beyond_its_limit_rolls_back() {
        var bench = bench(AnalysisSpec("errors", .errorRate, max: 0.01))
        bench.serve(errors: 5)
        #expect(bench.status.phase == .progressing)
        #expect(bench.status.analysis.first?.value == 0.005)
        #expect(bench.status.condition(.analysisPassed)?.status == .yes)
        bench.serve(errors: 50)
        #expect(bench.status.phase == .rolledBack)
        #expect(bench.status.reason == "AnalysisFailed")
        #expect(bench.status.message == "analysis errors: 0.0275 is over 0.01")
        #expect(bench.status.condition(.analysisPassed)?.status == .no)
        #expect(bench.status.lastFailure?.message == bench.status.message)
    }

    @Test func wrong_requests_count_as_far_as_only_the_canary_finds_them_wrong() {
        var report = RolloutReport(name: "r", model: "m", generation: 1)
        var (stable, canary) = (ArmReport(.stable, version: 1), ArmReport(.canary, version: 2))
        (stable.requests, stable.rejections) = (1000, 100)
        (canary.requests, canary.rejections, canary.errors) = (100, 10, 2)
        report.arms = [stable, canary]
        func view() -> CanaryView {
            CanaryView(report, canary: 2, stable: 1, isShadowing: false)
        }
        #expect(view().errorRate == 0.02)
        report.arms[1].rejections = 60
        #expect(Fixtures.isClose(view().errorRate, 0.52))
        report.arms[0].rejections = 1000
        #expect(view().errorRate == 0.02)
    }

    @Test func bad_values_up_to_the_limit_are_borne() {
        var bench = bench(AnalysisSpec("errors", .errorRate, max: 0, failureLimit: 2))
        bench.serve(errors: 1)
        bench.serve(errors: 1)
        #expect(bench.status.phase == .progressing)
        #expect(bench.status.analysis.first?.failures == 2)
        #expect(bench.status.condition(.analysisPassed)?.status == .unknown)
        bench.serve(errors: 1)
        #expect(bench.status.phase == .rolledBack)
    }

    @Test func onFailure_pause_waits_and_a_resume_looks_again_once() {
        var bench = bench(AnalysisSpec("errors", .errorRate, max: 0.01), onFailure: .pause)
        bench.serve(errors: 100)
        #expect(bench.status.phase == .paused)
        #expect(bench.status.weight == 500)
        bench.serve(canary: 100_000)
        #expect(bench.status.phase == .paused)
        // Not even a promotion goes past it.
        bench.change { $0.promote = true }
        bench.look()
        #expect(bench.status.phase == .paused)
        bench.change { $0.promote = false }
        bench.rollout.metadata.annotations[RolloutAnnotation.resume] = "0"
        bench.look()
        #expect(bench.status.phase == .progressing)
        #expect(bench.told.contains(.resumed))
        bench.serve(errors: 500, after: 10)
        bench.serve(errors: 5000, after: 10)
        #expect(bench.status.phase == .paused || bench.status.stepIndex == 1)
    }

    @Test func onFailure_notify_tells_once_and_goes_on() {
        var bench = bench(
            AnalysisSpec("errors", .errorRate, max: 0.01), onFailure: .notify, isNamed: true)
        bench.serve(errors: 100)
        bench.serve(errors: 100)
        #expect(bench.told.count { $0 == .analysisFailed } == 1)
        #expect(bench.status.condition(.analysisPassed)?.status == .no)
        bench.serve(canary: 10_000)
        #expect(bench.status.stepIndex == 1)
    }

    @Test func too_little_is_borne_while_more_comes_and_then_pauses_for_people() {
        var bench = bench(AnalysisSpec("psi", .scorePSI, max: 0.1), onFailure: .notify)
        for _ in 0..<10 {
            for index in bench.pods.indices {
                bench.pods[index].canary.scores.add(500, 1)
                bench.pods[index].stable.scores.add(500, 1)
            }
            bench.serve(canary: 1)
            #expect(bench.status.analysis.first?.inconclusive == 0)
        }
        for _ in 0..<3 { bench.look(after: 10) }
        #expect(bench.status.phase == .progressing)
        #expect(bench.status.condition(.analysisPassed)?.status == .unknown)
        bench.look(after: 10)
        // Notify does not bear it either: it is no failure.
        #expect(bench.status.analysis.first?.phase == .inconclusive)
    }

    @Test(arguments: [
        AnalysisSpec("prom", .prometheus, max: 1, query: "up"),
        AnalysisSpec("psi", .scorePSI, max: 0.1), AnalysisSpec("flips", .shadowMismatch, max: 0.1),
    ])
    func a_source_without_data_pauses_however_many_requests_the_canary_gets(
        _ analysis: AnalysisSpec
    ) {
        var bench = bench(analysis, isNamed: true)
        bench.change { $0.shadows = [ShadowSpec(VersionReference(version: 2), percent: 100)] }
        for look in 0...analysis.inconclusiveLimit {
            #expect(bench.status.phase == .progressing, "after \(look) looks")
            bench.answers = ["prom": .noData]
            bench.serve(canary: 100_000)
        }
        #expect(bench.status.phase == .paused)
        #expect(bench.status.reason == "AnalysisInconclusive")
        #expect(bench.status.analysis.first?.phase == .inconclusive)
        #expect(bench.told.contains(.analysisInconclusive))
        #expect(bench.status.condition(.degraded)?.status == .yes)
        // Somebody has mended the query: it goes on, and is promoted to the next step.
        bench.rollout.metadata.annotations[RolloutAnnotation.resume] = "0"
        bench.answers = ["prom": .value(0.5)]
        for index in bench.pods.indices {
            for _ in 0..<200 {
                bench.pods[index].canary.scores.add(500, 1)
                bench.pods[index].stable.scores.add(500, 1)
            }
            bench.pods[index].shadow.comparison.compared = 10
        }
        bench.serve()
        bench.serve()
        #expect(bench.status.stepIndex == 1, "\(bench.status.message)")
    }

    @Test func flips_where_no_decision_is_known_are_an_error_and_not_0() {
        var report = RolloutReport(name: "r", model: "m", generation: 1)
        var shadow = ShadowReport(version: 2, against: 1)
        shadow.comparison.compared = 100
        report.shadows = [shadow]
        let view = CanaryView(report, canary: 2, stable: 1, isShadowing: true)
        for source in [AnalysisSource.shadowFlipRate, .flipRateTest] {
            let reading = Gate.read(AnalysisSpec("f", source, max: 0.1), view)
            guard case .error(let problem) = reading else {
                Issue.record("\(source): \(reading)")
                continue
            }
            #expect(problem.contains("compare.bands"))
        }
    }

    @Test func an_inconclusive_analysis_pauses() {
        var bench = bench(AnalysisSpec("psi", .scorePSI, max: 0.1, inconclusiveLimit: 0))
        bench.look(after: 10)
        bench.look(after: 10)
        #expect(bench.status.phase == .paused)
        #expect(bench.status.reason == "AnalysisInconclusive")
    }

    @Test func errors_one_after_the_other_fail_and_one_value_between_forgives() {
        let analysis = AnalysisSpec(
            "prom", .prometheus, max: 1, query: "up", consecutiveErrorLimit: 2)
        var bench = bench(analysis)
        for round in 0..<3 {
            for _ in 0..<2 {
                bench.answers = ["prom": .error("connection refused")]
                bench.serve(after: 10)
            }
            #expect(bench.status.phase == .progressing, "round \(round)")
            bench.answers = ["prom": .value(0.5)]
            bench.serve(after: 10)
            #expect(bench.status.analysis.first?.errors == 0)
        }
        // Not asked, it is not looked at.
        bench.answers = [:]
        for _ in 0..<5 { bench.serve(after: 10) }
        #expect(bench.status.analysis.first?.errors == 0)
        bench.answers = ["prom": .error("503")]
        for _ in 0..<3 { bench.serve(after: 10) }
        #expect(bench.status.phase == .rolledBack)
        #expect(bench.status.reason == "AnalysisError")
    }

    @Test func prometheus_is_asked_when_its_time_has_come() {
        var bench = bench(
            AnalysisSpec("prom", .prometheus, max: 1, query: "up", interval: .seconds(30)))
        bench.answers = ["prom": .value(0.5)]
        bench.look(after: 30)
        #expect(
            RolloutMachine.dueQueries(bench.rollout, now: bench.now + .seconds(29)).isEmpty)
        #expect(
            RolloutMachine.dueQueries(bench.rollout, now: bench.now + .seconds(30)).map(\.name)
                == ["prom"])
        // Also when the clock was put back.
        #expect(
            RolloutMachine.dueQueries(
                bench.rollout, now: WallTime(milliseconds: bench.now.milliseconds - 60_000)
            ).count == 1)
    }

    @Test(arguments: [
        (QueryAnswer.value(0.5), GateReading.value(0.5, isGood: true)),
        (.value(2), .value(2, isGood: false)), (.value(-1), .value(-1, isGood: false)),
        (.value(.infinity), .value(.infinity, isGood: false)),
        (.value(.nan), .inconclusive("the value is NaN")),
        (.noData, .inconclusive("the query has no data")), (.error("x"), .error("x")),
    ])
    func answers_of_Prometheus_are_judged(_ answer: QueryAnswer, _ reading: GateReading) {
        let analysis = AnalysisSpec("p", .prometheus, max: 1, min: 0, query: "up")
        let view = CanaryView(nil, canary: 2, stable: 1, isShadowing: false)
        #expect(Gate.read(analysis, view, answer: answer) == reading)
    }

    @Test func a_step_is_not_left_before_its_analysis_has_succeeded_on_its_requests() {
        var bench = bench(
            AnalysisSpec("errors", .errorRate, max: 0.01, interval: .seconds(60)), isNamed: true)
        bench.serve(canary: 100, after: 10)
        #expect(bench.status.analysis.first?.phase == .successful)
        #expect(bench.status.stepIndex == 0)
        bench.serve(canary: 10_000, after: 10)
        #expect(bench.status.stepIndex == 0)
        #expect(bench.status.message.contains("analysis errors has not succeeded yet"))
        bench.serve(after: 50)
        #expect(bench.status.stepIndex == 1)
    }
}
