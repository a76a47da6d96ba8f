import Testing

@testable import VigieEngine

@Suite struct WatchlistArtifactTests {
    private func ask(
        _ list: WatchlistArtifact, names: [String]? = nil, identifiers: [String]? = nil
    ) throws -> ([String], [Int64]) {
        let workspace = list.makeWorkspace()
        for (index, texts) in [names, identifiers].enumerated() {
            guard let texts else { continue }
            workspace.inputs[index].reshape(TensorShape([texts.count]))
            for text in texts { workspace.inputs[index].appendString(text) }
        }
        try list.run(workspace)
        let counts = workspace.outputs[1].withElements(of: Int64.self) { Array($0) }
        return (counts.indices.map { workspace.outputs[0].string(at: $0) }, counts)
    }

    @Test func names_match_whatever_their_case_accents_and_punctuation() throws {
        let list = try WatchlistSamples.load(WatchlistSamples.first)
        #expect(list.list.date == "2026-01-31" && list.list.entries.count == 3)
        let (matches, counts) = try ask(
            list,
            names: [
                "zephyrin o quillfeather", "Quillfeather  Zéphyrin", "SOCIETE D'OMBRE, CIE",
                "Zephyrin", "", "ombre",
            ])
        #expect(matches == [#"["E-1"]"#, #"["E-1"]"#, #"["E-2"]"#, "[]", "[]", #"["E-3"]"#])
        #expect(counts == [1, 1, 1, 0, 0, 1])
    }

    @Test func identifiers_match_without_spaces_and_punctuation() throws {
        let list = try WatchlistSamples.load(WatchlistSamples.second)
        let (matches, _) = try ask(
            list, names: ["ombre", "ombre", ""], identifiers: ["xa12345", "", "IMO-0000001"])
        #expect(matches == [#"["E-4","E-1","E-3"]"#, #"["E-4","E-3"]"#, #"["E-3"]"#])
        #expect(try ask(list, identifiers: ["imo0000001"]).1 == [1])
        #expect(throws: InferenceError.self) { try ask(list) }
        #expect(throws: InferenceError.self) { try ask(list, names: ["a"], identifiers: []) }
        #expect(try ask(list, names: []).1 == [])
    }

    @Test(arguments: [
        (#""id": "E-1", "type": "person", "names": []"#, "entries[0]: 'E-1' has no name"),
        (#""id": "", "type": "person", "names": [{"text": "a"}]"#, "entries[0]: the id is empty"),
        (
            #""id": "a", "type": "ship", "names": [{"text": "a"}]"#,
            "entries[0].type: 'ship' is none of 'person', 'organisation', 'vessel', 'aircraft', 'other'"
        ),
        (
            #""id": "a", "type": "person", "names": [{"text": "a"}], "birthDates": ["1970-13"]"#,
            "entries[0].birthDates[0]: expected a date: \"1970\", \"1970-02\" or \"1970-02-03\""
        ),
        (
            #""id": "a", "type": "person", "name": "a""#,
            "entries[0]: there is no key 'name' here; did you mean 'names'?"
        ),
    ])
    func mistakes_are_named_with_their_place(entry: String, problem: String) {
        let text = """
            {"format": "vigie-watchlist", "formatVersion": 1, "entries": [{\(entry)}]}
            """
        let error = #expect(throws: LoadError.self) { try WatchlistSamples.load(text) }
        #expect(error?.message.hasPrefix("watchlist.json: " + problem) == true, "\(error as Any)")
    }

    @Test func an_id_that_repeats_is_refused() {
        let entry = #"{"id": "a", "type": "other", "names": [{"text": "a"}]}"#
        let text = """
            {"format": "vigie-watchlist", "formatVersion": 1, "entries": [\(entry), \(entry)]}
            """
        #expect(
            throws: LoadError(.corrupt, "watchlist.json: entries[1]: the id 'a' appears twice")
        ) { try WatchlistSamples.load(text) }
    }
}
