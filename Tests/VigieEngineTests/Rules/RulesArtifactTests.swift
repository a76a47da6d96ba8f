import Testing

@testable import VigieEngine

/// A rule file as JSON, made of its parts.
func ruleFile(
    policy: String = "sum", inputs: String, rules: String, more: String = ""
) -> [UInt8] {
    Array(
        """
        {"format": "vigie-rules", "formatVersion": 1, "policy": "\(policy)", "inputs": [\(inputs)],
         "rules": [\(rules)]\(more.isEmpty ? "" : ", ")\(more)}
        """.utf8)
}

func loadRules(_ bytes: [UInt8], signature: Signature? = nil) throws -> RulesArtifact {
    try RulesArtifact(
        ArtifactSource(flavor: .rules, fileName: "rules.json", bytes: bytes, signature: signature))
}

@Suite struct RulesArtifactTests {
    static let payment = """
        {"name": "amount", "unit": "EUR"}, {"name": "country", "type": "text", "values": ["FR", "KP", "US"]},
        {"name": "card.count_1h", "type": "integer", "missing": "allow"},
        {"name": "now", "type": "timestamp"}
        """
    static let fraud = ruleFile(
        inputs: payment,
        rules: """
            {"id": "big", "when": "amount > 1_000", "score": 30, "reason": {"code": "A1", "text": "large \\"amount\\""}},
            {"id": "sanctioned", "when": "country in risky", "score": 100, "decision": "block", "priority": 9},
            {"id": "burst", "when": "card.count_1h >= 5", "score": "2 * card.count_1h"},
            {"id": "night", "when": "hour(now, '+01:00') < 6", "score": 5, "enabled": true},
            {"id": "old", "when": "true", "score": 1000, "until": "2020-01-01T00:00:00Z"},
            {"id": "off", "when": "true", "score": 1000, "enabled": false}
            """,
        more: """
            "lists": {"risky": ["KP", "IR"]}, "base": 1,
            "bands": [{"name": "low", "from": 0, "decision": "approve"},
                {"name": "high", "from": 30, "decision": "review", "reason": {"code": "B2", "text": "high"}}],
            "default": {"band": "none", "decision": "error"},
            "tests": [{"given": {"amount": 10, "country": "FR", "now": "2026-05-01T12:00:00Z"},
                       "expect": {"score": 1, "band": "low", "fired": [], "unknown": ["burst"]}}]
            """)

    @Test func fired_rules_add_up_and_are_named_in_the_answer() throws {
        let rules = try loadRules(Self.fraud)
        #expect(rules.warnings == ["rules[4] ('old'): always fires"])
        let workspace = rules.makeWorkspace()
        let amounts = workspace.inputs[0]
        amounts.reshape(TensorShape([3]))
        amounts.withElements(of: Double.self) {
            $0[0] = 5; $0[1] = 2000; $0[2] = 1000
        }
        let countries = workspace.inputs[1]
        countries.reshape(TensorShape([3]))
        for country in ["FR", "US", "KP"] { countries.appendString(country) }
        let counts = workspace.inputs[2]
        #expect(counts.type == .float64)
        counts.reshape(TensorShape([3]))
        counts.withElements(of: Double.self) {
            $0[0] = .nan; $0[1] = 7; $0[2] = 0
        }
        let times = workspace.inputs[3]
        #expect(times.type == .int64)
        times.reshape(TensorShape([3]))
        times.withElements(of: Int64.self) { times in
            for row in 0..<3 { times[row] = 1_777_600_800_000 }  // 2026-05-01T02:00:00Z
        }
        try rules.run(workspace)
        let scores = workspace.outputs[0].withElements(of: Double.self) { Array($0) }
        #expect(scores == [6, 50, 106])
        func texts(_ output: Int) -> [String] {
            (0..<3).map { workspace.outputs[output].string(at: $0) }
        }
        #expect(texts(1) == ["low", "high", "high"])
        #expect(texts(2) == ["approve", "review", "block"])
        #expect(
            texts(3) == [#"["night"]"#, #"["big","burst","night"]"#, #"["sanctioned","night"]"#])
        #expect(texts(4) == [#"["burst"]"#, "[]", "[]"])
        #expect(
            texts(5)[1]
                == #"[{"rule":"big","score":30,"code":"A1","text":"large \"amount\""},"#
                + #"{"band":"high","code":"B2","text":"high"}]"#)
        let mask = workspace.outputs[6].withElements(of: UInt8.self) { Array($0) }
        #expect(mask == [0, 0, 0, 1, 0, 0, 1, 0, 1, 1, 0, 0, 0, 1, 0, 1, 0, 0])
    }

    @Test func a_row_scores_and_its_contributions_add_up() throws {
        let rules = try loadRules(Self.fraud)
        #expect(
            rules.signature.features.map(\.name) == ["amount", "country", "card.count_1h", "now"])
        let workspace = rules.makeWorkspace()
        workspace.row = [2000, 1, 7, 1_777_600_800_000]
        #expect(try rules.score(workspace) == 150)
        #expect(try rules.explain(workspace) == 150)
        #expect(workspace.contributions == [30, 100, 14, 5])
        #expect(workspace.baseValue == 1)
    }

    @Test func a_file_whose_test_case_fails_is_refused() throws {
        let bytes = ruleFile(
            inputs: #"{"name": "amount"}"#,
            rules: #"{"id": "a", "when": "amount > 1", "score": 3}"#,
            more: #""tests": [{"name": "small", "given": {"amount": 2}, "expect": {"score": 4}}]"#)
        #expect(
            throws: LoadError(
                .corrupt,
                "rules.json: tests[0] ('small'): the score is 3.0, not 4.0; fired: [\"a\"]")
        ) { try loadRules(bytes) }
    }

    @Test func the_first_match_ends_the_evaluation() throws {
        let rules = try loadRules(
            ruleFile(
                policy: "first_match", inputs: #"{"name": "x", "missing": "allow"}"#,
                rules: """
                    {"id": "u", "when": "x > 3", "score": 1},
                    {"id": "a", "when": "x is missing or x > 2", "score": 10, "decision": "stop"},
                    {"id": "b", "when": "x > 0", "score": 20, "decision": "look"}
                    """, more: #""default": {"decision": "go"}"#))
        let workspace = rules.makeWorkspace()
        let tensor = workspace.inputs[0]
        tensor.reshape(TensorShape([4]))
        tensor.withElements(of: Double.self) {
            $0[0] = .nan; $0[1] = 1; $0[2] = -1; $0[3] = 9
        }
        try rules.run(workspace)
        func texts(_ output: Int) -> [String] {
            (0..<4).map { workspace.outputs[output].string(at: $0) }
        }
        #expect(texts(2) == ["stop", "look", "go", "go"])
        #expect(texts(3) == [#"["a"]"#, #"["b"]"#, "[]", #"["u"]"#])
        #expect(texts(4) == [#"["u"]"#, "[]", "[]", "[]"])
        let scores = workspace.outputs[0].withElements(of: Double.self) { Array($0) }
        #expect(scores == [10, 20, 0, 1])
    }
}
