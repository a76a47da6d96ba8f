import RoutingTestKit
import Testing
import VigieRollouts
import VigieTelemetry

@testable import VigieRouting

@Suite struct RuleTests {
    private func plan(_ rules: [RoutingRule], exclude: [MetadataMatch] = [], weight: Int = 0)
        throws -> RoutePlan
    {
        try makePlan(weight: weight) {
            $0.routing.rules = rules
            $0.routing.exclude = exclude
        }
    }

    @Test func the_first_rule_that_holds_decides() throws {
        let plan = try plan([
            RoutingRule("staff", match: [MetadataMatch("x-user", .prefix("staff-"))], to: .canary),
            RoutingRule(
                "lab", match: [MetadataMatch("x-user", .exact("staff-lab"))], to: .version(9)),
            RoutingRule("rest", match: [MetadataMatch("x-user", .regex(".*"))], to: .stable),
        ])
        #expect(
            plan.choose([("x-user", "staff-lab")])
                == RouteOutcome(version: 2, arm: .canary, route: "rule:staff"))
        #expect(
            plan.choose([("x-user", "guest")])
                == RouteOutcome(version: 1, arm: .stable, route: "rule:rest"))
        #expect(plan.choose([]) == RouteOutcome(version: 1, arm: .stable, route: "default"))
    }

    @Test func all_conditions_of_a_rule_must_hold() throws {
        let plan = try plan([
            RoutingRule(
                "both",
                match: [
                    MetadataMatch("x-beta", .exact("yes")),
                    MetadataMatch("x-region", .regex("eu-(west|north)-[0-9]")),
                ], to: .version(7))
        ])
        let both = plan.choose([("x-region", "eu-west-3"), ("x-beta", "yes")])
        #expect(both == RouteOutcome(version: 7, arm: .pinned, route: "rule:both"))
        for metadata in [
            [("x-beta", "yes")], [("x-region", "eu-west-3")],
            [("x-beta", "yes"), ("x-region", "eu-west-3a")],
            [("x-beta", "yess"), ("x-region", "eu-west-3")],
            [("x-beta", ""), ("x-region", "eu-west-3")],
        ] {
            #expect(plan.choose(metadata).route == "default", "\(metadata)")
        }
    }

    @Test func an_exclusion_keeps_weight_and_rules_from_the_canary_and_nothing_else() throws {
        let plan = try plan(
            [
                RoutingRule("beta", match: [MetadataMatch("x-beta", .exact("1"))], to: .canary),
                RoutingRule("old", match: [MetadataMatch("x-old", .exact("1"))], to: .version(4)),
            ],
            exclude: [
                MetadataMatch("x-tenant", .exact("bank-a")),
                MetadataMatch("x-tenant", .prefix("test-")),
            ], weight: 10_000)
        let tenant = ("x-tenant", "bank-a")
        #expect(plan.choose([tenant]) == RouteOutcome(version: 1, arm: .stable, route: "excluded"))
        #expect(plan.choose([("x-tenant", "test-7")]).route == "excluded")
        #expect(plan.choose([tenant, ("x-beta", "1")]).route == "excluded")
        #expect(
            plan.choose([tenant, ("x-old", "1")])
                == RouteOutcome(version: 4, arm: .pinned, route: "rule:old"))
        #expect(plan.choose([("x-tenant", "bank-b")]).route == "weight")
        #expect(plan.choose([("x-beta", "1")]).route == "rule:beta")
    }

    @Test func a_rule_to_a_canary_that_is_out_chooses_nothing() throws {
        let plan = try makePlan(weight: 5_000) {
            $0.routing.rules = [
                RoutingRule("beta", match: [MetadataMatch("x-beta", .exact("1"))], to: .canary)
            ]
            $0.abort = true
        }
        #expect(
            plan.choose([("x-beta", "1")])
                == RouteOutcome(version: 1, arm: .stable, route: "default"))
        #expect(plan.choose(draw: 0).arm == .stable)
    }

    @Test func of_a_key_that_comes_twice_the_first_counts() throws {
        let plan = try plan([
            RoutingRule("beta", match: [MetadataMatch("x-beta", .exact("1"))], to: .canary)
        ])
        #expect(plan.choose([("x-beta", "0"), ("x-beta", "1")]).route == "default")
        #expect(plan.choose([("x-beta", "1"), ("x-beta", "0")]).route == "rule:beta")
    }

    @Test func a_pattern_of_no_use_is_refused_with_its_field() {
        let rule = RoutingRule(
            "beta", match: [MetadataMatch("a", .exact("1")), MetadataMatch("b", .regex("(a"))],
            to: .canary)
        let error = #expect(throws: RoutePlanError.self) { try plan([rule]) }
        #expect(error?.path == "spec.routing.rules[0].match[1].regex")
        #expect(error?.description.contains("'(' has no ')'") == true)
        let other = #expect(throws: RoutePlanError.self) {
            try plan([], exclude: [MetadataMatch("a", .regex("a{9999}"))])
        }
        #expect(other?.path == "spec.routing.exclude[0].regex")
    }

    @Test func one_memory_serves_plans_of_different_keys() throws {
        let facts = RouteFacts()
        let first = try plan([
            RoutingRule(
                "a", match: [MetadataMatch("a", .exact("1")), MetadataMatch("b", .exact("2"))],
                to: .canary)
        ])
        let second = try plan([
            RoutingRule("b", match: [MetadataMatch("c", .exact("1"))], to: .canary)
        ])
        let (key, value) = (Array("a".utf8), Array("1".utf8))
        facts.begin(first)
        facts.take(metadata: key.span.bytes, value.span.bytes, for: first)
        #expect(first.outcomes[first.choose(facts, draw: 0)].route == "default")
        facts.begin(second)
        facts.take(metadata: key.span.bytes, value.span.bytes, for: second)
        #expect(second.outcomes[second.choose(facts, draw: 0)].route == "default")
    }
}
