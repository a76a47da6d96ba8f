import Testing

@testable import VigieRollouts

struct ApprovalTests {
    private func waiting() -> Bench {
        var spec = Bench.spec(steps: [StepSpec(.weight(500))])
        spec.approvalsRequired = 2
        var bench = Bench(spec)
        bench.rollout.metadata.annotations = [
            RolloutAnnotation.author: "ada", RolloutAnnotation.approvedByPrefix + "0": "linus",
        ]
        bench.look()
        bench.look()
        return bench
    }

    private func approve(_ bench: inout Bench, _ key: String, _ value: String) {
        bench.rollout.metadata.annotations[RolloutAnnotation.approvedByPrefix + key] = value
        bench.look()
    }

    @Test func two_others_must_approve_before_a_promotion() {
        var bench = waiting()
        #expect(bench.status.reason == "AwaitingApproval")
        approve(&bench, "1", "ada")
        #expect(bench.status.approvedBy.isEmpty)
        approve(&bench, "2", "grace")
        approve(&bench, "3", "grace")
        #expect(bench.status.approvedBy == ["grace"])
        #expect(bench.status.phase == .paused)
        approve(&bench, "4", "barbara")
        #expect(bench.status.approvedBy == ["barbara", "grace"])
        #expect(bench.status.phase == .promoting)
    }

    @Test func promote_needs_them_too() {
        var bench = waiting()
        bench.change { $0.promote = true }
        bench.look()
        #expect(bench.status.reason == "AwaitingApproval")
    }

    @Test func an_approval_of_an_earlier_canary_does_not_count() {
        var bench = waiting()
        approve(&bench, "1", "grace")
        #expect(bench.status.approvedBy == ["grace"])
        // Taken away and given again, it is meant.
        bench.rollout.metadata.annotations[RolloutAnnotation.approvedByPrefix + "0"] = nil
        bench.look()
        approve(&bench, "0", "linus")
        #expect(bench.status.phase == .promoting)
    }

    @Test func an_approval_may_name_its_version() {
        var bench = waiting()
        approve(&bench, "1", "grace#3")
        approve(&bench, "2", "barbara#x")
        #expect(bench.status.approvedBy.isEmpty)
        approve(&bench, "0", "linus#2")
        approve(&bench, "1", "grace#2")
        #expect(bench.status.phase == .promoting)
    }
}
