import RoutingTestKit
import TestArtifacts
import Testing
import VigieRegistry
import VigieRollouts
import VigieRouting
import VigieTelemetry

@testable import VigieServices

@Suite struct ServedRoutesTests {
    private static func fraud(_ versions: Int...) -> [LoadedModel] {
        versions.map { loaded("fraud", $0, EchoArtifact()) }
    }

    private static func served(
        _ models: [LoadedModel], _ plan: RoutePlan, canary: CanaryState? = nil,
        previous: ServedTable? = nil
    ) -> ServedTable {
        var shared = SharedVersions(pool: nil)
        let table = table(models)
        shared.update(table)
        return ServedTable(
            table, routes: routeTable(plan, canary: canary), previous: previous, shared)
    }

    private static func routes(
        of plan: RoutePlan, _ models: [LoadedModel], canary: CanaryState? = nil
    ) throws -> ServedRoutes {
        let model = served(models, plan, canary: canary).models.first
        return try #require(model?.routes)
    }

    @Test func each_outcome_is_answered_by_its_version_when_that_is_loaded() throws {
        let plan = try makePlan(weight: 5000)
        let routes = try Self.routes(of: plan, Self.fraud(1, 2, 3))
        for (index, outcome) in plan.outcomes.enumerated() {
            let target = routes.target(index)
            #expect(target.served.model.version == outcome.version)
            #expect(target.arm == outcome.arm)
            #expect(String(target.label.route) == outcome.route)
            #expect(target.absence == nil)
        }
        #expect(routes.stable.model.version == 1)
    }

    @Test func what_a_missing_canary_would_answer_goes_to_stable_and_is_counted() throws {
        let plan = try makePlan(weight: 5000)
        let routes = try Self.routes(of: plan, Self.fraud(1, 3))
        #expect(routes.absences.keys.sorted() == [2])
        for (index, outcome) in plan.outcomes.enumerated() where outcome.version == 2 {
            let target = routes.target(index)
            #expect(target.served.model.version == 1)
            #expect(target.arm == .stable)
            #expect(String(target.label.route) == RouteReason.notLoaded)
            #expect(target.absence === routes.absences[2])
        }
    }

    @Test func without_stable_the_newest_stands_in_that_is_not_on_trial() throws {
        let plan = try makePlan(weight: 5000) {
            $0.shadows = [ShadowSpec(VersionReference(version: 5))]
        }
        #expect(try Self.routes(of: plan, Self.fraud(2, 3, 4, 5)).stable.model.version == 4)
        // Better on trial than not at all.
        #expect(try Self.routes(of: plan, Self.fraud(2)).stable.model.version == 2)
    }

    @Test func a_manifest_of_another_digest_is_not_the_wanted_version() throws {
        let models = Self.fraud(1, 2)
        let digest = "\(models[0].manifestDigest)"
        let right = try makePlan(weight: 5000) {
            $0.canary = VersionReference(version: 2, digest: digest)
        }
        #expect(try Self.routes(of: right, models).absences.isEmpty)
        let other = String(repeating: "0", count: digest.count)
        let wrong = try makePlan(weight: 5000) {
            $0.canary = VersionReference(version: 2, digest: other)
        }
        #expect(try Self.routes(of: wrong, models).absences.keys.sorted() == [2])
    }

    @Test func a_canary_that_is_out_answers_nobody_from_the_next_request_on() throws {
        let plan = try makePlan(weight: 5000)
        let canary = CanaryState(
            model: "fraud", version: 2, stable: 1, generation: 1, limits: GuardSpec())
        let routes = try Self.routes(of: plan, Self.fraud(1, 2), canary: canary)
        let chosen = try #require(plan.outcomes.firstIndex { $0.arm == .canary })
        #expect(routes.target(chosen).served.model.version == 2)
        canary.takeOut(
            GuardTrip(version: 2, reason: .nonFinite, message: "", time: .now()))
        #expect(routes.target(chosen).served.model.version == 1)
        #expect(String(routes.target(chosen).label.route) == RouteReason.guarded)
    }

    @Test func counters_go_on_when_the_table_is_made_anew() throws {
        let models = Self.fraud(1, 2)
        let old = Self.served(models, try makePlan(weight: 100))
        let outcome = RouteOutcome(version: 2, arm: .canary, route: RouteReason.weight)
        let cell = try #require(old.models.first?.routes?.cells[outcome])
        cell.requests.add(7)
        let new = Self.served(models, try makePlan(weight: 9000), previous: old)
        #expect(new.models.first?.routes?.cells[outcome]?.requests.current == 7)
    }

    @Test func a_model_without_a_rollout_has_no_routes() throws {
        let others = [loaded("credit", 1, EchoArtifact())]
        #expect(Self.served(others, try makePlan(weight: 5000)).models.first?.routes == nil)
    }
}
