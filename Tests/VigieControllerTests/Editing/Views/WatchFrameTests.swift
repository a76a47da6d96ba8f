import Testing
import VigieEngine
import VigieRollouts

@testable import VigieController

@Suite struct WatchFrameTests {
    private func view() throws -> RolloutView {
        RolloutView(
            StoredRollout(
                try JSONParser.parse(
                    """
                    {"apiVersion":"vigie.dev/v1alpha1","kind":"ModelRollout",
                     "metadata":{"name":"fraud","generation":3},
                     "spec":{"model":"m","stable":{"version":1},"canary":{"version":2},
                      "strategy":{"steps":[{"weight":2500},{"weight":5000}]}},
                     "status":{"phase":"Progressing","reason":"Walking","message":"on its way",
                      "stableVersion":1,"canaryVersion":2,"weight":2500}}
                    """)))
    }

    private func pod(_ name: String, _ change: (inout RolloutReport) -> Void = { _ in })
        -> PodScraper.Answer
    {
        var report = RolloutReport(name: "fraud", model: "m", generation: 3, canaryVersion: 2)
        report.loaded = [1: 1, 2: 1]
        var (stable, canary) = (ArmReport(.stable, version: 1), ArmReport(.canary, version: 2))
        stable.requests = 30
        (canary.requests, canary.errors) = (10, 1)
        // What had a part once, and has it no more.
        report.arms = [ArmReport(.stable, version: 2), stable, canary]
        change(&report)
        return PodScraper.Answer(
            place: PodPlace(name: name, url: "http://\(name)"),
            report: .success(PodReport(pod: name, rollouts: [report])))
    }

    @Test func pods_are_shown_one_by_one_and_together() throws {
        let silent = PodScraper.Answer(
            place: PodPlace(name: "c", url: "http://c"),
            report: .failure(ScrapeFailure(message: "HTTP 401")))
        let behind = pod("b") { $0.generation = 2 }
        let frame = WatchFrame(try view(), [pod("a"), behind, silent])
        let lines = frame.text.split(separator: "\n").map(String.init)
        #expect(lines[0] == "fraud  Progressing  on its way")
        #expect(lines.contains("  stable  1              60     0 %    -"), "\(frame.text)")
        #expect(lines.contains("  canary  2              20    10 %    -"))
        #expect(lines.contains("  POD  VERSIONS  STABLE  CANARY  ERRORS  P99  STATE"))
        #expect(lines.contains("  a    1,2           30      10    10 %    -  up to date"))
        #expect(lines.contains("  b    1,2           30      10    10 %    -  behind"))
        #expect(lines.contains("  c    -              -       -       -    -  HTTP 401"))
    }

    @Test func what_goes_wrong_in_a_pod_is_its_state() throws {
        let broken = pod("a") { $0.failed = [LoadFailure(version: 2, message: "no memory")] }
        let tripped = pod("b") {
            $0.trips = [
                GuardTrip(
                    version: 2, reason: .nonFinite, message: "a score is NaN",
                    time: WallTime(milliseconds: 0))
            ]
        }
        let unaware = pod("c") { $0.name = "another" }
        let text = WatchFrame(try view(), [broken, tripped, unaware]).text
        for state in [
            "cannot load 2: no memory", "guard: a score is NaN", "does not know this rollout yet",
        ] { #expect(text.contains(state), "\(text)") }
    }

    @Test func a_moment_that_is_past_says_so() throws {
        var frame = WatchFrame(try view(), [])
        #expect(!frame.text.contains("as of before") && !frame.line.contains("no answer"))
        frame.trouble = "nobody answers"
        #expect(frame.text.hasSuffix("  as of before: nobody answers\n"))
        #expect(frame.line.hasSuffix("reason=Walking (no answer)"))
    }
}
