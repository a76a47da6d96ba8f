import TestRandom
import Testing
import VigieEngine
import VigieRegistry

@Suite struct DecisionTests {
    @Test func thresholds_belong_to_the_stricter_side() throws {
        let thresholds = try #require(DecisionThresholds(approveBelow: 0.05, declineFrom: 0.15))
        #expect(thresholds.decide(probability: 0) == .approve)
        #expect(thresholds.decide(probability: 0.05.nextDown) == .approve)
        #expect(thresholds.decide(probability: 0.05) == .refer)
        #expect(thresholds.decide(probability: 0.15.nextDown) == .refer)
        #expect(thresholds.decide(probability: 0.15) == .decline)
        #expect(thresholds.decide(probability: 1) == .decline)
        #expect(thresholds.decide(probability: .nan) == .refer)
        let single = try #require(DecisionThresholds(approveBelow: 0.1, declineFrom: 0.1))
        #expect(single.decide(probability: 0.1) == .decline)
    }

    @Test func thresholds_out_of_order_are_refused() {
        #expect(DecisionThresholds(approveBelow: 0.2, declineFrom: 0.1) == nil)
        #expect(DecisionThresholds(approveBelow: -0.1, declineFrom: 0.1) == nil)
        #expect(DecisionThresholds(approveBelow: 0.1, declineFrom: 1.1) == nil)
        #expect(DecisionThresholds(approveBelow: .nan, declineFrom: 0.1) == nil)
    }
}

@Suite struct ReasonTableTests {
    private static func table(_ count: Int, _ reasons: [String: ReasonText] = [:]) -> ReasonTable {
        ReasonTable(
            signature: Signature(features: (0..<count).map { Feature(name: "f\($0)") }),
            reasons: reasons)
    }

    private static func rank(_ table: ReasonTable, _ contributions: [Double]) -> [RankedReason] {
        var scratch = ReasonScratch()
        let ranked = table.rank(contributions, scratch: &scratch)
        return (0..<ranked.count).map { ranked[$0] }
    }

    @Test func the_four_heaviest_adverse_reasons_come_first() {
        let ranked = Self.rank(Self.table(7), [0.1, -5, 0.7, 0.3, 0, 0.5, 0.2])
        #expect(ranked.map(\.feature) == [2, 5, 3, 6])
        #expect(ranked.map(\.contribution) == [0.7, 0.5, 0.3, 0.2])
    }

    @Test func equals_keep_the_signatures_order() {
        #expect(Self.rank(Self.table(6), [1, 1, 2, 1, 1, 1]).map(\.feature) == [2, 0, 1, 3])
    }

    @Test func what_speaks_for_the_applicant_or_is_no_number_is_no_reason() {
        #expect(Self.rank(Self.table(4), [0, -1, .nan, -0.0]).isEmpty)
        #expect(Self.rank(Self.table(3), [0, 1e-300, -1]).map(\.feature) == [1])
    }

    @Test func features_with_one_code_are_one_reason() {
        let debt = ReasonText(code: "R1", text: "Debt")
        let table = Self.table(4, ["f0": debt, "f2": debt])
        #expect(table.reasons.map(\.code) == ["R1", "f1", "f3"])
        let ranked = Self.rank(table, [0.3, 0.5, 0.4, -1])
        #expect(ranked.map { table.reasons[$0.reason].code } == ["R1", "f1"])
        #expect(ranked.map(\.feature) == [2, 1])
        #expect(abs(ranked[0].contribution - 0.7) < 1e-15)
        // Together they speak for the applicant, so neither is a reason.
        #expect(Self.rank(table, [0.3, 0, -0.4, 0]).isEmpty)
    }

    @Test func ranking_agrees_with_a_stable_sort() {
        var random = SplitMix(seed: 11)
        for _ in 0..<500 {
            let count = Int.random(in: 1...12, using: &random)
            let contributions = (0..<count).map { _ in
                Double(Int.random(in: -3...3, using: &random)) / 2
            }
            let expected = contributions.enumerated().filter { $0.element > 0 }
                .sorted { ($1.element, $0.offset) < ($0.element, $1.offset) }
                .prefix(4).map(\.offset)
            #expect(Self.rank(Self.table(count), contributions).map(\.feature) == expected)
        }
    }
}
