import Testing

@testable import VigieServices

@Suite struct OpenRunsTests {
    @Test func runs_count_while_they_run_and_once() {
        var runs = OpenRuns()
        #expect(runs.busy(1000) == 0)
        runs.begin(1000)
        runs.begin(1200)
        #expect(runs.busy(1500) == 500 + 300)
        runs.end(1000, 1600)
        #expect(runs.busy(1700) == 600 + 500)
        runs.end(1200, 1700)
        #expect(runs.busy(9000) == 1100)
    }
}
