import RoutingTestKit
import Testing
import VigieRollouts
import VigieTelemetry

@testable import VigieRouting

@Suite struct WeightTests {
    @Test(arguments: [1, 50, 500, 2_500, 9_999])
    func a_million_draws_are_shared_out_by_the_weight(weight: Int) throws {
        let plan = try makePlan(weight: weight)
        let facts = RouteFacts()
        var random = TraceRandom(seed: (1, 2, 3, 4))
        var canaries = 0
        for _ in 0..<1_000_000 {
            let outcome = plan.choose(facts, draw: random.next())
            if outcome == RoutePlan.Fixed.wonDraw.rawValue { canaries += 1 }
        }
        // Five standard deviations of the half at worst are 0.25 points; 0.2 is the bound for all.
        #expect(abs(Double(canaries) / 10_000 - Double(weight) / 100) < 0.2)
    }

    @Test(arguments: [1, 50, 500, 2_500, 9_999])
    func a_million_sticky_callers_are_shared_out_by_the_weight(weight: Int) throws {
        let plan = try makePlan(weight: weight) { $0.routing.sticky = .metadata("x-account-id") }
        let facts = RouteFacts()
        let name = Array("x-account-id".utf8)
        var canaries = 0
        for account in 0..<1_000_000 {
            facts.begin(plan)
            let value = Array("FR76-\(account)".utf8)
            facts.take(metadata: name.span.bytes, value.span.bytes, for: plan)
            if plan.choose(facts, draw: 0) == RoutePlan.Fixed.wonSticky.rawValue { canaries += 1 }
        }
        #expect(abs(Double(canaries) / 10_000 - Double(weight) / 100) < 0.2)
    }

    @Test func the_ends_of_the_scale_are_nobody_and_everybody() throws {
        let nobody = try makePlan(weight: 0)
        let everybody = try makePlan(weight: 10_000)
        for draw in [0, UInt64.max / 2, .max] {
            #expect(
                nobody.choose(draw: draw)
                    == RouteOutcome(version: 1, arm: .stable, route: "default"))
            #expect(
                everybody.choose(draw: draw)
                    == RouteOutcome(version: 2, arm: .canary, route: "weight"))
        }
    }

    @Test func a_greater_weight_moves_no_caller_back() throws {
        let weights = [0, 1, 10, 100, 500, 1_000, 2_500, 5_000, 7_500, 9_999, 10_000]
        let plans = try weights.map {
            try makePlan(weight: $0) { $0.routing.sticky = .metadata("x-account-id") }
        }
        for account in 0..<20_000 {
            let caller = [("x-account-id", "account-\(account)")]
            let arms = plans.map { $0.choose(caller).arm }
            let turned = arms.firstIndex(of: .canary) ?? arms.count
            #expect(arms[turned...].allSatisfy { $0 == .canary }, "account \(account): \(arms)")
        }
    }

    @Test func a_bucket_is_what_anybody_can_recompute() throws {
        // xxhash.xxh64(key, seed=xxhash.xxh64(salt).intdigest()).intdigest() % 10000
        let bucket = Int(XXHash64.hash("4711", seed: XXHash64.hash("summer")) % 10_000)
        for (weight, arm) in [(bucket, Arm.stable), (bucket + 1, .canary)] {
            let plan = try makePlan(weight: weight) {
                $0.routing.sticky = .metadata("x-account-id")
                $0.routing.salt = "summer"
            }
            let expected = weight == 0 ? "default" : "sticky"
            let outcome = plan.choose([("x-account-id", "4711")])
            #expect(outcome.arm == arm)
            #expect(outcome.route == expected)
        }
    }

    @Test func another_salt_draws_other_callers() throws {
        let plans = try ["one", "two"].map { salt in
            try makePlan(weight: 5_000) {
                $0.routing.sticky = .metadata("id")
                $0.routing.salt = salt
            }
        }
        let same = (0..<10_000).count { id in
            plans[0].choose([("id", "\(id)")]).arm == plans[1].choose([("id", "\(id)")]).arm
        }
        #expect((4_700...5_300).contains(same))
    }

    @Test func a_number_sticks_as_its_digits_do() throws {
        let plan = try makePlan(weight: 5_000) { $0.routing.sticky = .input("account_id") }
        let facts = RouteFacts()
        for account in [-12, 0, 7, 120, 9_007_199_254_740_992] as [Int64] {
            let text = plan.choose(input: "\(account)").arm
            facts.begin(plan)
            facts.take(input: account, for: plan)
            #expect(plan.outcomes[plan.choose(facts, draw: 0)].arm == text)
            facts.begin(plan)
            facts.take(input: Double(account), for: plan)
            #expect(plan.outcomes[plan.choose(facts, draw: 0)].arm == text)
        }
    }

    @Test func a_caller_without_the_key_draws() throws {
        let plan = try makePlan(weight: 5_000) { $0.routing.sticky = .metadata("id") }
        #expect(plan.choose(draw: 0).route == "weight")
        #expect(plan.choose(draw: 0).arm == .canary)
        #expect(plan.choose(draw: .max).arm == .stable)
    }

    @Test func shadows_take_their_share_whatever_the_canary_takes() throws {
        let plan = try makePlan(weight: 5_000) {
            $0.shadows = [
                ShadowSpec(VersionReference(version: 3), percent: 10),
                ShadowSpec(VersionReference(version: 4), percent: 100),
                ShadowSpec(VersionReference(version: 5), percent: 0),
            ]
        }
        let facts = RouteFacts()
        var random = TraceRandom(seed: (5, 6, 7, 8))
        var counts = [0, 0, 0]
        var both = 0
        for _ in 0..<1_000_000 {
            let draw = random.next()
            for index in 0..<3 where plan.shadows[index].takes(draw) { counts[index] += 1 }
            if plan.shadows[0].takes(draw),
                plan.outcomes[plan.choose(facts, draw: draw)].arm == .canary
            {
                both += 1
            }
        }
        #expect(abs(counts[0] - 100_000) < 2_000)
        #expect(counts[1] == 1_000_000)
        #expect(counts[2] == 0)
        #expect(abs(both - 50_000) < 1_500)
    }
}
