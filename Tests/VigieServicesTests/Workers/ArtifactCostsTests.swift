import Testing
import VigieRegistry

@testable import VigieServices

@Suite struct ArtifactCostsTests {
    private let measured = WarmUpLatency(
        score: .microseconds(3), explain: .microseconds(50), tensors: .microseconds(12),
        perRow: .microseconds(2))

    @Test func the_warm_up_gives_a_line() {
        let costs = ArtifactCosts(measured)
        #expect(
            costs.estimate(.tensors, rows: 1) == WorkCost(fixed: 10_000, variable: 2_000))
        #expect(costs.estimate(.tensors, rows: 100).total == 210_000)
        #expect(costs.estimate(.explain, rows: 3).total == 150_000)
        #expect(costs.estimate(.score, rows: 1).total == 3_000)
    }

    @Test func what_was_not_measured_counts_as_dear() {
        let costs = ArtifactCosts(WarmUpLatency())
        for kind in ArtifactCosts.Kind.allCases {
            #expect(costs.estimate(kind, rows: 1).total >= 1_000_000)
        }
    }

    @Test func estimates_follow_what_is_measured_for_batches_of_that_size() {
        let costs = ArtifactCosts(measured)
        for _ in 0..<100 { costs.observe(.tensors, rows: 100, nanoseconds: 420_000) }
        #expect((410_000...430_000).contains(costs.estimate(.tensors, rows: 100).total))
        #expect((700_000...900_000).contains(costs.estimate(.tensors, rows: 200).total))
        #expect(costs.estimate(.tensors, rows: 1).total == 12_000)
        #expect(costs.estimate(.explain, rows: 100).total == 5_000_000)
    }

    @Test func one_run_that_lost_its_core_changes_little() {
        let costs = ArtifactCosts(measured)
        costs.observe(.tensors, rows: 1, nanoseconds: 1_000_000_000)
        #expect(costs.estimate(.tensors, rows: 1).total < 20_000)
    }

    @Test func an_unknown_cost_is_soon_known() {
        let costs = ArtifactCosts(WarmUpLatency())
        for _ in 0..<60 { costs.observe(.tensors, rows: 1, nanoseconds: 5_000) }
        #expect((4_000...8_000).contains(costs.estimate(.tensors, rows: 1).total))
    }

    @Test(arguments: [0, 1, 2, 7, 8, 100_000, Int.max])
    func any_number_of_rows_has_an_estimate(rows: Int) {
        let costs = ArtifactCosts(measured)
        costs.observe(.tensors, rows: rows, nanoseconds: .max)
        costs.observe(.tensors, rows: rows, nanoseconds: 0)
        #expect(costs.estimate(.tensors, rows: rows).total > 0)
    }

    @Test func now_and_then_a_hopeless_request_is_tried() {
        let costs = ArtifactCosts(measured)
        let tried = (0..<320).count { _ in costs.mayProbe() }
        #expect(tried == 10)
    }
}
