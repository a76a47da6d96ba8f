import RoutingTestKit
import TestArtifacts
import Testing
import VigieRegistry
import VigieRollouts
import VigieRouting

@testable import VigieServices

@Suite(.timeLimit(.minutes(1))) struct ShadowBoardTests {
    /// A board that follows one rollout's shadows.
    private struct Stage {
        let board = ShadowBoard()
        var shared = SharedVersions(pool: nil)

        mutating func follow(_ plan: RoutePlan, _ models: [LoadedModel]) {
            let table = table(models)
            shared.update(table)
            board.update(routeTable(plan), table, shared)
        }

        /// Puts requests into a line, as a loop does that found room.
        func offer(_ count: Int, to line: ShadowLine, live: LoadedModel) {
            let ring = line.makeRing()
            for _ in 0..<count where line.admit() {
                ring.push(
                    ShadowTask(.infer, [0xFF], live: live, scores: [0.5], held: board.held))
                board.wake()
            }
        }
    }

    private static func shadow(_ version: Int, queue: Int = 8) -> ShadowSpec {
        ShadowSpec(VersionReference(version: version), queue: queue)
    }

    private let models = (1...3).map { loaded("fraud", $0, EchoArtifact()) }

    @Test func a_line_stays_while_its_shadow_does() throws {
        var stage = Stage()
        defer { stage.board.stop() }
        stage.follow(
            try makePlan(weight: 5000) { $0.shadows = [Self.shadow(2), Self.shadow(3)] }, models)
        let before = stage.board.lines
        #expect(before.map(\.plan.version).sorted() == [2, 3])
        stage.follow(try makePlan(weight: 1) { $0.shadows = [Self.shadow(3)] }, models)
        #expect(stage.board.lines.count == 1)
        #expect(stage.board.lines.first === before.first { $0.plan.version == 3 })
        // Another queue is another line: its rings are of another size.
        stage.follow(try makePlan(weight: 5000) { $0.shadows = [Self.shadow(3, queue: 9)] }, models)
        #expect(stage.board.lines.first !== before.first { $0.plan.version == 3 })
    }

    @Test func it_is_known_which_shadow_is_loaded() throws {
        var stage = Stage()
        defer { stage.board.stop() }
        let plan = try makePlan(weight: 5000) { $0.shadows = [Self.shadow(3), Self.shadow(9)] }
        stage.follow(plan, models)
        #expect(stage.board.line("fraud", plan.shadows[0])?.isLoaded == true)
        #expect(stage.board.line("fraud", plan.shadows[1])?.isLoaded == false)
        #expect(stage.board.line("other", plan.shadows[0]) == nil)
    }

    @Test func what_waits_for_a_version_that_is_not_loaded_is_let_go_and_counted() async throws {
        var stage = Stage()
        defer { stage.board.stop() }
        let plan = try makePlan(weight: 5000) { $0.shadows = [Self.shadow(9)] }
        stage.follow(plan, models)
        let line = try #require(stage.board.line("fraud", plan.shadows[0])?.line)
        stage.offer(3, to: line, live: models[0])
        await wait { line.dropped(.notLoaded) == 3 }
        #expect(line.waiting == 0)
        await wait { stage.board.held.current == 0 }
    }

    @Test func a_request_that_a_shadow_cannot_read_is_counted_and_stops_nothing() async throws {
        var stage = Stage()
        defer { stage.board.stop() }
        let plan = try makePlan(weight: 5000) { $0.shadows = [Self.shadow(3)] }
        stage.follow(plan, models)
        let line = try #require(stage.board.line("fraud", plan.shadows[0])?.line)
        stage.offer(5, to: line, live: models[0])
        await wait { line.failures == 5 }
        #expect(line.droppedInAll == 0)
        #expect(stage.board.counters(of: models[2]) != nil)
        await wait { stage.board.held.current == 0 }
    }

    @Test func no_more_wait_than_may() throws {
        let line = ShadowLine(model: "fraud", plan: ShadowPlan(Self.shadow(3, queue: 2)))
        #expect(line.admit() && line.admit())
        #expect(!line.admit())
        #expect(line.waiting == 2)
    }
}
