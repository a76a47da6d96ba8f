import Synchronization
import Testing
import VigieEngine
import VigieRollouts

@testable import VigieRouting

@Suite struct RolloutBoardTests {
    /// What a board has published and reported.
    private final class Seen: Sendable {
        let tables = Mutex<[RouteTable]>([])
        let required = Mutex<[[String: Set<Int>]]>([])
        let events = Mutex<[String]>([])

        var count: Int { tables.withLock { $0.count } }
        var text: String { events.withLock { $0.joined(separator: "\n") } }
    }

    private func makeBoard() -> (RolloutBoard, Seen) {
        let seen = Seen()
        let board = RolloutBoard { event in
            seen.events.withLock { $0.append(event.description) }
        }
        board.observe { table, required in
            seen.tables.withLock { $0.append(table) }
            seen.required.withLock { $0.append(required) }
        }
        return (board, seen)
    }

    private func document(
        _ name: String = "fraud", model: String = "fraud", canary: Int? = 2, weight: Int = 500,
        more: String = ""
    ) throws -> RolloutDocument {
        let canary = canary.map { "canary: {version: \($0)}" } ?? ""
        let text = """
            apiVersion: vigie.dev/v1alpha1
            kind: ModelRollout
            metadata: {name: \(name)}
            spec:
              model: \(model)
              stable: {version: 1}
              \(canary)
              routing: {weight: \(weight)}
              \(more)
            """
        let content = try #require(try YAMLDocuments.read(text).first).content
        return RolloutDocument(name: name, origin: "\(name).yaml:1", content: content)
    }

    @Test func what_is_good_is_published_with_the_versions_that_it_needs() throws {
        let (board, seen) = makeBoard()
        board.apply([try document(more: "shadows: [{version: 4}]")])
        #expect(seen.count == 2)
        let route = try #require(board.table["fraud"])
        #expect(route.plan.weight == 500)
        #expect(route.canary?.version == 2)
        #expect(seen.required.withLock { $0.last } == ["fraud": [1, 2, 4]])
        #expect(seen.text.contains("stable 1, canary 2 at 5 %, shadow 4 at 100 %"))
    }

    @Test func the_same_again_is_no_news() throws {
        let (board, seen) = makeBoard()
        board.apply([try document()])
        board.apply([try document()])
        #expect(seen.count == 2)
    }

    @Test func what_is_broken_leaves_the_last_good_state() throws {
        let (board, seen) = makeBoard()
        board.apply([try document(weight: 500)])
        board.apply([try document(weight: 90_000)])
        #expect(board.table["fraud"]?.plan.weight == 500)
        #expect(seen.text.contains("fraud.yaml:1: spec.routing.weight must be"))
        #expect(board.standings().map(\.problem) != [nil])
        board.apply([try document(weight: 700)])
        #expect(board.table["fraud"]?.plan.weight == 700)
        #expect(board.standings().map(\.problem) == [nil])
    }

    @Test func what_was_never_good_is_not_carried_out_and_told() throws {
        let (board, seen) = makeBoard()
        board.apply([try document(weight: -1)])
        #expect(board.table["fraud"] == nil)
        #expect(seen.count == 1)
        #expect(board.standings().first?.rollout == nil)
        #expect(board.standings().first?.problem?.contains("spec.routing.weight") == true)
    }

    @Test func of_two_rollouts_of_a_model_the_one_that_was_there_goes_on() throws {
        let (board, seen) = makeBoard()
        board.apply([try document("second")])
        board.apply([try document("second"), try document("first")])
        #expect(board.table["fraud"]?.rollout == "second")
        #expect(
            seen.text.contains(
                "first.yaml:1: spec.model 'fraud' has a ModelRollout already: 'second'"))
    }

    @Test func of_two_rollouts_of_a_model_the_one_made_first_goes_on_in_every_pod() throws {
        func made(_ name: String, _ time: String, weight: Int) throws -> RolloutDocument {
            var document = try document(name, weight: weight)
            let text = #"{"name": "\#(name)", "creationTimestamp": "\#(time)"}"#
            let metadata = try JSONParser.parse(Array(text.utf8))
            let members = try #require(document.content.object).members.map {
                $0.key == "metadata" ? ($0.key, metadata) : $0
            }
            document.content = .object(try #require(JSONObject(members)))
            return document
        }
        let older = try made("z", "2026-11-26T13:00:00Z", weight: 100)
        let younger = try made("a", "2026-11-26T13:00:01Z", weight: 200)
        // A pod that knew the younger one first comes to the same as one that starts now.
        for first in [[younger], [older], []] {
            let (board, seen) = makeBoard()
            board.apply(first)
            board.apply([older, younger])
            #expect(board.table["fraud"]?.plan.weight == 100)
            #expect(seen.text.contains("spec.model 'fraud' has a ModelRollout already: 'z'"))
        }
    }

    @Test func one_that_is_refused_is_never_said_to_be_applied() throws {
        let (board, seen) = makeBoard()
        for _ in 0..<3 { board.apply([try document("a"), try document("b")]) }
        #expect(seen.text.contains("rollout a applied"))
        #expect(!seen.text.contains("rollout b applied"))
        #expect(seen.events.withLock { $0.count { $0.hasPrefix("rollout b refused") } } == 1)
    }

    @Test func a_status_of_another_model_promotes_nothing() throws {
        let (board, seen) = makeBoard()
        var document = try document(model: "credit", weight: 0)
        let status =
            #"{"model": "fraud", "phase": "Succeeded", "stableVersion": 1, "canaryVersion": 2}"#
        let members =
            try #require(document.content.object).members
            + [("status", try JSONParser.parse(Array(status.utf8)))]
        document.content = .object(try #require(JSONObject(members)))
        board.apply([document])
        #expect(board.table["credit"] == nil)
        #expect(seen.text.contains("spec.model must not change"))
    }

    @Test func a_copy_of_a_file_does_not_take_its_place() throws {
        let (board, seen) = makeBoard()
        board.apply([try document()])
        var copy = try document()
        copy.origin = "a-copy.yaml:1"
        board.apply([copy, try document(weight: 700)])
        #expect(board.table["fraud"]?.plan.weight == 700)
        #expect(
            seen.text.contains(
                "a-copy.yaml:1: metadata.name 'fraud' is that of a ModelRollout already, in "
                    + "fraud.yaml:1"))
        // The copy is all that is left: it is carried out.
        board.apply([copy])
        #expect(board.table["fraud"]?.plan.weight == 500)
        // And it is now the one that was there first.
        board.apply([copy, try document(weight: 700)])
        #expect(board.table["fraud"]?.plan.weight == 500)
    }

    @Test func a_file_that_is_refused_under_another_name_ends_nothing() throws {
        let (board, seen) = makeBoard()
        board.apply([try document()])
        var renamed = try document("Fraud")
        renamed.origin = "fraud.yaml:1"
        board.apply([renamed])
        #expect(board.table["fraud"]?.plan.weight == 500)
        #expect(seen.text.contains("metadata.name must be lower-case letters"))
        #expect(!seen.text.contains("ended"))
        // What is refused elsewhere holds nothing.
        renamed.origin = "other.yaml:1"
        board.apply([renamed])
        #expect(board.table["fraud"] == nil)
    }

    @Test func what_is_there_no_more_ends() throws {
        let (board, seen) = makeBoard()
        board.apply([try document()])
        board.apply([])
        #expect(board.table["fraud"] == nil)
        #expect(seen.required.withLock { $0.last } == [:])
    }

    private func trip(_ canary: CanaryState) {
        canary.takeOut(
            GuardTrip(version: canary.version, reason: .errorRate, message: "", time: .now()))
    }

    @Test func a_canary_that_is_out_stays_out_until_the_specification_changes() throws {
        let (board, _) = makeBoard()
        board.apply([try document()])
        let canary = try #require(board.table["fraud"]?.canary)
        trip(canary)
        // It goes and comes back as it was.
        board.apply([try document()])
        #expect(board.table["fraud"]?.canary?.isOut == true)
        board.apply([try document(weight: 600)])
        #expect(board.table["fraud"]?.canary?.isOut == false)
        board.apply([try document(canary: 3, weight: 600)])
        #expect(board.table["fraud"]?.canary?.version == 3)
    }

    @Test func a_new_status_does_not_bring_it_back() throws {
        let (board, _) = makeBoard()
        func withStatus(_ weight: Int) throws -> RolloutDocument {
            var document = try document(more: "strategy: {steps: [{weight: 100}, {weight: 900}]}")
            let status = try JSONParser.parse(
                #"{"phase": "Progressing", "stableVersion": 1, "canaryVersion": 2, "weight": \#(weight)}"#
            )
            let members = try #require(document.content.object?.members)
            document.content = .object(try #require(JSONObject(members + [("status", status)])))
            return document
        }
        board.apply([try withStatus(100)])
        trip(try #require(board.table["fraud"]?.canary))
        board.apply([try withStatus(900)])
        #expect(board.table["fraud"]?.canary?.isOut == true)
    }

    @Test func obstacles_are_told_once() {
        let (board, seen) = makeBoard()
        board.note(obstacle: "the server is gone")
        board.note(obstacle: "the server is gone")
        board.note(obstacle: nil)
        board.note(obstacle: nil)
        #expect(seen.events.withLock { $0.count } == 2)
        #expect(board.obstacle == nil)
    }
}
