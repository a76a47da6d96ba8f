import Testing
import VigieEngine
import VigieKubernetes
import VigieRollouts

@testable import VigieController

@Suite struct StatusSummaryTests {
    @Test func it_says_what_columns_show() {
        var status = RolloutStatus()
        status.canaryVersion = 2
        status.weight = 250
        status.stepIndex = 1
        status.shadowPercent = 50
        status.pods = PodCounts(total: 3, updated: 2, ready: 3)
        var errors = AnalysisStatus("errors")
        errors.value = 0.012345
        var tiny = AnalysisStatus("tiny")
        tiny.value = 0.00001234567
        status.analysis = [errors, tiny, AnalysisStatus("none")]
        let summary = StatusSummary.adding(to: status, steps: 4)["summary"]
        #expect(summary?["weight"]?.string == "2.5%")
        #expect(summary?["step"]?.string == "1/4")
        #expect(summary?["pods"]?.string == "2/3")
        #expect(summary?["shadow"]?.string == "50%")
        #expect(summary?["analysis"]?.string == "errors=0.012 tiny=1.23e-05")
    }

    @Test func without_a_canary_there_is_no_weight_and_no_step() {
        let summary = StatusSummary.adding(to: RolloutStatus(), steps: 4)["summary"]
        #expect(summary?.object?.keys == ["pods"])
    }

    @Test func no_text_in_it_is_empty() {
        let status = StatusSummary.adding(to: RolloutStatus(), steps: 0)
        #expect(status["message"] == nil && status["reason"] == nil)
        #expect(RolloutStatus(reading: status) == RolloutStatus())
    }
}
