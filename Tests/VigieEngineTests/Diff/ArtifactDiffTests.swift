import Testing

@testable import VigieEngine

@Suite struct ArtifactDiffTests {
    @Test func two_lists_differ_by_entry_and_field() throws {
        let diff = try ArtifactDiff(
            .watchlist, from: Array(WatchlistSamples.first.utf8),
            to: Array(WatchlistSamples.second.utf8))
        #expect(diff.sections.count == 1)
        let entries = try #require(diff.sections.first)
        #expect(entries.name == "entries" && entries.added == ["E-4"] && entries.removed == ["E-2"])
        #expect(entries.changed.map(\.id) == ["E-1"])
        let changes = try #require(entries.changed.first?.changes)
        #expect(changes.map(\.field) == ["names", "countries"])
        #expect(changes[1].removed == [.string("xa")] && changes[1].added == [.string("xb")])
        #expect(changes[0].removed.map { $0["text"] } == [.string("QUILLFEATHER, Zephyrin")])
        #expect(changes[0].added.map { $0["text"] } == [.string("Z. Quill")])
        #expect(diff.changes.map(\.field) == ["list"])
    }

    @Test func a_list_does_not_differ_from_itself() throws {
        let bytes = Array(WatchlistSamples.first.utf8)
        #expect(try ArtifactDiff(.watchlist, from: bytes, to: bytes).isEmpty)
    }

    @Test func rules_differ_by_rule_list_and_definition() throws {
        func file(_ score: Int, _ list: String, _ policy: String) -> [UInt8] {
            ruleFile(
                policy: policy, inputs: #"{"name": "x"}"#,
                rules: #"{"id": "a", "when": "x in l", "score": \#(score)}"#,
                more: #""lists": {"l": [\#(list)]}, "let": {"y": "x"}"#)
        }
        let diff = try ArtifactDiff(
            .rules, from: file(1, "1, 2", "sum"), to: file(2, "2, 3", "max"))
        #expect(diff.sections.map(\.name) == ["rules", "lists"])
        #expect(
            diff.sections[0].changed == [
                .init(
                    id: "a",
                    changes: [.init(field: "score", removed: [.number(1)], added: [.number(2)])])
            ])
        #expect(
            diff.sections[1].changed == [
                .init(
                    id: "l", changes: [.init(field: "", removed: [.number(1)], added: [.number(3)])]
                )
            ])
        #expect(diff.changes.map(\.field) == ["policy"])
        let order = try ArtifactDiff(
            .rules, from: file(1, "1, 2", "sum"), to: file(1, "2, 1", "sum"))
        #expect(order.sections.first?.changed.count == 1, "another order is a change")
    }

    @Test func models_are_not_compared() {
        #expect(throws: LoadError.self) { try ArtifactDiff(.xgboost, from: [], to: []) }
        #expect(throws: LoadError.self) { try ArtifactDiff(.rules, from: [0x7B], to: []) }
    }
}
