import TestArtifacts
import Testing
import VigieEngine
import VigieRegistry
import VigieRollouts
import VigieRouting

@testable import VigieServices

@Suite(.timeLimit(.minutes(1))) struct RolloutReporterTests {
    /// A server that carries out what a board says, and what it tells of it.
    private struct Stage {
        let server: ServiceServer
        let board = RolloutBoard()
        let reporter: RolloutReporter

        init(_ versions: Int...) throws {
            let features = ["a", "b"].map { Feature(name: $0) }
            server = try ServiceServer(
                versions.map {
                    loaded(
                        "fraud", $0, LinearArtifact(features, weights: [Double($0), 0]),
                        latency: WarmUpLatency())
                })
            reporter = RolloutReporter(server.services, board, pod: "pod-7")
            let (reporter, services) = (reporter, server.services)
            board.observe { table, _ in
                reporter.boardChanged()
                services.follow(table)
            }
        }

        func apply(weight: Int, canary: Int? = 2, generation: Int = 1) throws {
            let canary = canary.map { "\"canary\": {\"version\": \($0)}," } ?? ""
            let text = """
                {"apiVersion": "vigie.dev/v1alpha1", "kind": "ModelRollout",
                 "metadata": {"name": "fraud", "generation": \(generation)},
                 "spec": {"model": "fraud", "stable": {"version": 1}, \(canary)
                          "routing": {"weight": \(weight)}}}
                """
            board.apply([
                RolloutDocument(
                    name: "fraud", origin: "test", content: try JSONParser.parse(Array(text.utf8)))
            ])
        }

        var report: RolloutReport? { reporter.report().rollout("fraud") }

        func ask(_ count: Int, version: String = "") async throws {
            for _ in 0..<count { _ = try await server.infer("fraud", [1, 2], version: version) }
        }
    }

    @Test func a_pod_without_rollouts_tells_of_none() throws {
        let stage = try Stage(1)
        defer { stage.server.services.shadows.stop() }
        #expect(stage.reporter.report().pod == "pod-7")
        #expect(stage.reporter.report().rollouts.isEmpty)
    }

    @Test func requests_count_to_the_arm_and_route_that_they_had() async throws {
        let stage = try Stage(1, 2)
        defer { stage.server.services.shadows.stop() }
        try stage.apply(weight: 10_000)
        await wait { (try? await stage.server.infer("fraud", [1, 2]).version) == "2" }
        let before = stage.report?.arm(.canary, 2)?.requests ?? 0
        try await stage.ask(5)
        try await stage.ask(3, version: "1")
        let report = try #require(stage.report)
        #expect(report.model == "fraud" && report.generation == 1 && report.canaryVersion == 2)
        #expect(report.loaded == [1: 1, 2: 1])
        #expect(report.failed.isEmpty)
        #expect(report.arm(.canary, 2)?.requests == before + 5)
        #expect(report.arm(.pinned, 1)?.requests == 3)
        #expect(report.routes[RouteReason.pinned] == 3)
    }

    @Test func another_canary_begins_with_nothing_counted() async throws {
        let stage = try Stage(1, 2, 3)
        defer { stage.server.services.shadows.stop() }
        try stage.apply(weight: 0)
        try await stage.ask(4)
        await wait { (stage.report?.arm(.stable, 1)?.requests ?? 0) > 0 }
        try stage.apply(weight: 0, canary: 3, generation: 2)
        let report = try #require(stage.report)
        #expect(report.canaryVersion == 3 && report.generation == 2)
        #expect(report.arms.allSatisfy { $0.requests == 0 })
        #expect(report.routes.values.allSatisfy { $0 == 0 })
        try await stage.ask(2)
        #expect(stage.report?.arm(.stable, 1)?.requests == 2)
    }

    @Test func a_rollout_that_ends_is_not_told_of_any_more() throws {
        let stage = try Stage(1, 2)
        defer { stage.server.services.shadows.stop() }
        try stage.apply(weight: 0)
        #expect(stage.report != nil)
        stage.board.apply([])
        #expect(stage.reporter.report().rollouts.isEmpty)
    }
}
