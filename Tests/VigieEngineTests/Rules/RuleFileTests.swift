import TestRandom
import Testing

@testable import VigieEngine

/// What a rule file is refused for, and warned of.
@Suite struct RuleFileTests {
    static let inputs = #"{"name": "x"}, {"name": "t", "type": "text", "missing": "allow"}"#

    private func message(_ bytes: [UInt8]) -> String? {
        do {
            _ = try loadRules(bytes)
            return nil
        } catch { return (error as? LoadError)?.message }
    }

    private func problem(
        rules: String = #"{"id": "a", "when": "x > 1"}"#, inputs: String = inputs,
        more: String = "",
        policy: String = "sum"
    ) -> String? {
        message(ruleFile(policy: policy, inputs: inputs, rules: rules, more: more))
    }

    @Test func each_mistake_is_named_with_its_place() {
        #expect(problem() == nil)
        #expect(
            problem(rules: #"{"id": "a", "when": "x > 1"}, {"id": "a", "when": "x > 2"}"#)
                == "rules.json: rules[1].id: 'a' is that of rules[0], too")
        #expect(
            problem(rules: #"{"id": "a b", "when": "x > 1"}"#)
                == "rules.json: rules[0].id: expected 1 to 128 letters, digits, '_', '-', '.', ':', "
                + "and not 'base'")
        #expect(
            problem(rules: #"{"id": "a", "wen": "x > 1"}"#)
                == "rules.json: rules[0]: there is no key 'wen' here; did you mean 'when'?")
        #expect(
            problem(rules: #"{"id": "a", "when": "x + 1"}"#)
                == "rules.json: rules[0] ('a').when: line 1, column 1: expected a boolean, not a number\n"
                + "    x + 1\n    ^^^^^")
        #expect(
            problem(rules: #"{"id": "a", "when": "x > 1", "score": "t"}"#)
                == "rules.json: rules[0] ('a').score: line 1, column 1: expected a number, not a text\n"
                + "    t\n    ^")
        #expect(
            problem(rules: #"{"id": "a", "when": "x > 1", "from": "2026-01-01"}"#)
                == "rules.json: rules[0] ('a'): 'from' and 'until' need an input 'now' of the type "
                + "'timestamp'")
        #expect(
            problem(
                rules: #"{"id": "a", "when": "x > 1", "from": "2026-01-01", "until": "2025-01-01"}"#
            )
                == "rules.json: rules[0]: 'from' is not before 'until'")
        #expect(
            problem(rules: #"{"id": "a", "when": "x > 1 and y > 2"}"#)?.hasPrefix(
                "rules.json: rules[0] ('a').when: line 1, column 11: there is no input and no "
                    + "\"let\" called 'y'") == true)
        #expect(
            problem(policy: "product")
                == "rules.json: policy: 'product' is none of 'sum', 'max', 'first_match'")
        #expect(
            problem(inputs: #"{"name": "x"}, {"name": "x"}"#)
                == "rules.json: inputs[1]: 'x' appears twice")
        #expect(
            problem(more: #""let": {"x": "1"}"#)
                == "rules.json: let.x: the name is that of an input or a list, too")
        #expect(
            problem(more: #""let": {"b": "c + 1", "c": "1"}"#)?.contains("called 'c'") == true,
            "a definition uses those before it only")
        #expect(
            problem(more: #""lists": {"l": [1, "a"]}"#)
                == "rules.json: lists.l: holds texts and numbers: expected one or the other")
        #expect(
            problem(
                more: #""bands": [{"name": "a", "from": 0, "below": 10}, {"name": "b", "from": 5}]"#
            )
                == "rules.json: bands[1]: the bands 'a' and 'b' overlap")
        #expect(
            problem(more: #""bands": [{"name": "a", "from": 0}, {"name": "b", "from": 0}]"#)
                == "rules.json: bands[1]: the bands 'a' and 'b' overlap")
        #expect(
            problem(more: #""tests": [{"given": {"x": 1, "z": 2}, "expect": {}}]"#)
                == "rules.json: tests[0] ('tests[0]'): there is no input 'z'")
        #expect(
            problem(more: #""tests": [{"given": {}, "expect": {}}]"#)
                == "rules.json: tests[0] ('tests[0]'): 'x' is not given, but must not be missing")
        #expect(
            problem(more: #""tests": [{"given": {"x": 1}, "expect": {"fired": ["a"]}}]"#)
                == "rules.json: tests[0] ('tests[0]'): fired: [], not [\"a\"]")
        #expect(message(Array("[]".utf8)) == "rules.json: expected an object")
    }

    @Test func what_nobody_means_is_warned_of() throws {
        let rules = try loadRules(
            ruleFile(
                policy: "first_match", inputs: Self.inputs,
                rules: """
                    {"id": "never", "when": "x > 10 and x < 5", "decision": "a"},
                    {"id": "edge", "when": "x > 5 and x == 5", "decision": "a"},
                    {"id": "fine", "when": "x >= 5 and x <= 5 and t is missing", "decision": "a"},
                    {"id": "unknown", "when": "sqrt(-1) > 2"},
                    {"id": "always", "when": "1 < 2", "priority": -1, "decision": "a"},
                    {"id": "after", "when": "x > 1", "priority": -2}
                    """,
                more: """
                    "lists": {"unused": [], "l": ["a"]}, "let": {"free": "x + 1", "void": "0 * log(0)"},
                    "bands": [{"name": "a", "from": 0, "below": 10}, {"name": "b", "from": 20}]
                    """))
        #expect(
            rules.warnings == [
                "let.void: is always missing",
                "rules[0] ('never'): can never fire", "rules[1] ('edge'): can never fire",
                "rules[3] ('unknown'): its condition is always unknown",
                "rules[4] ('always'): always fires",
                "rules[5] ('after'): is never reached: rules[4] ('always') always fires",
                "lists.unused: is not used", "lists.l: is not used", "lists.unused: is empty",
                "let.free: is not used", "let.void: is not used",
                "bands: a score from 10.0 to under 20.0 is in none: the default counts",
            ])
    }

    @Test func a_rule_holds_from_its_first_moment_until_before_its_last() throws {
        let rules = try loadRules(
            ruleFile(
                inputs: #"{"name": "now", "type": "timestamp", "missing": "allow"}"#,
                rules: """
                    {"id": "may", "when": "true", "score": 1, "from": "2026-05-01T00:00:00Z",
                     "until": "2026-06-01T00:00:00Z"}
                    """))
        let workspace = rules.makeWorkspace()
        let may = 1_777_593_600_000.0
        let june = may + 31 * 86_400_000
        for (now, score) in [(may - 1, 0.0), (may, 1), (june - 1, 1), (june, 0), (.nan, 0)] {
            workspace.row = [now]
            #expect(try rules.score(workspace) == score)
        }
        let tensor = workspace.inputs[0]
        tensor.reshape(TensorShape([1]))
        tensor.withElements(of: Double.self) { $0[0] = .nan }
        try rules.run(workspace)
        #expect(workspace.outputs[4].string(at: 0) == #"["may"]"#)
    }

    @Test func the_maximum_is_explained_by_the_rule_that_gave_it() throws {
        let rules = try loadRules(
            ruleFile(
                policy: "max", inputs: #"{"name": "x"}, {"name": "y"}"#,
                rules: """
                    {"id": "a", "when": "x > 0", "score": 5}, {"id": "b", "when": "x > 0 and y > 0", "score": 9},
                    {"id": "c", "when": "y > 0", "score": "y"}
                    """, more: #""base": 1"#))
        let workspace = rules.makeWorkspace()
        workspace.row = [1, 3]
        #expect(try rules.explain(workspace) == 9)
        #expect(workspace.contributions == [4, 4] && workspace.baseValue == 1)
        workspace.row = [-1, 0]
        #expect(try rules.explain(workspace) == 1)
        #expect(workspace.contributions == [0, 0] && workspace.baseValue == 1)
        workspace.row = [-1, 20]
        #expect(try rules.explain(workspace) == 20)
        #expect(workspace.contributions == [0, 19] && workspace.baseValue == 1)
    }

    @Test func an_unknown_base_is_reported_and_counts_as_nothing() throws {
        let rules = try loadRules(
            ruleFile(
                inputs: #"{"name": "x", "missing": "allow"}"#,
                rules:
                    #"{"id": "a", "when": "x is missing", "score": 2}, {"id": "b", "when": "x > 1"}"#,
                more: #""base": "x * 2""#))
        let workspace = rules.makeWorkspace()
        let tensor = workspace.inputs[0]
        tensor.reshape(TensorShape([2]))
        tensor.withElements(of: Double.self) {
            $0[0] = .nan; $0[1] = 3
        }
        try rules.run(workspace)
        #expect(workspace.outputs[0].withElements(of: Double.self) { Array($0) } == [2, 6])
        #expect(workspace.outputs[4].string(at: 0) == #"["b","base"]"#)
        #expect(workspace.outputs[4].string(at: 1) == "[]")
    }

    @Test func requests_that_do_not_fit_are_refused_with_input_and_row() throws {
        let rules = try loadRules(
            ruleFile(
                inputs: """
                    {"name": "x"}, {"name": "n", "type": "integer", "missing": "allow"},
                    {"name": "t", "type": "text"}, {"name": "i", "type": "integer"}
                    """, rules: #"{"id": "a", "when": "x > 1 and n > 1 and t == 'a' and i > 0"}"#))
        #expect(rules.inputs.map(\.isOptional) == [false, true, false, false])
        let workspace = rules.makeWorkspace()
        func problem(_ x: [Double], _ n: [Double]?, _ t: [String], _ i: [Int64]) -> String? {
            workspace.inputs[0].reshape(TensorShape([x.count]))
            workspace.inputs[0].withElements(of: Double.self) {
                for k in x.indices { $0[k] = x[k] }
            }
            workspace.inputs[1].setAbsent()
            if let n {
                workspace.inputs[1].reshape(TensorShape([n.count]))
                workspace.inputs[1].withElements(of: Double.self) {
                    for k in n.indices { $0[k] = n[k] }
                }
            }
            workspace.inputs[2].reshape(TensorShape([t.count]))
            for text in t { workspace.inputs[2].appendString(text) }
            workspace.inputs[3].reshape(TensorShape([i.count]))
            workspace.inputs[3].withElements(of: Int64.self) { for k in i.indices { $0[k] = i[k] } }
            do {
                try rules.run(workspace)
                return nil
            } catch { return error.message }
        }
        #expect(problem([1, .infinity], [.nan, 3], ["a", "b"], [1, 1]) == nil)
        #expect(problem([1, 2], nil, ["a", "b"], [1, 1]) == nil)
        #expect(workspace.outputs[4].string(at: 1) == "[]", "'t' settles it")
        #expect(problem([2], nil, ["a"], [1]) == nil)
        #expect(workspace.outputs[4].string(at: 0) == #"["a"]"#)
        #expect(problem([], [], [], []) == nil)
        #expect(workspace.outputs.allSatisfy { $0.shape[0] == 0 })
        #expect(
            problem([1, .nan], nil, ["a", "b"], [1, 1]) == "input 'x', row 1: must not be missing")
        #expect(problem([1], nil, [""], [1]) == "input 't', row 0: must not be missing")
        #expect(
            problem([1], [0.5], ["a"], [1])
                == "input 'n', row 0: expected a whole number of at most 2^53")
        #expect(
            problem([1], nil, ["a"], [.max]) == "input 'i', row 0: an integer here has at most 2^53"
        )
        #expect(
            problem([1, 2], nil, ["a"], [1])
                == "input 't' has 1 elements, 'x' 2: all have one a row")
        let long = String(repeating: "a", count: 65_537)
        #expect(
            problem([1], nil, [long], [1]) == "input 't', row 0: a text has at most 65536 bytes")
    }

    @Test func rows_do_not_depend_on_their_neighbours() throws {
        let rules = try loadRules(RulesArtifactTests.fraud)
        let workspace = rules.makeWorkspace()
        var random = SplitMix(seed: 5)
        let count = 64
        let amounts = (0..<count).map { _ in Double.random(in: 0..<3_000, using: &random) }
        let countries = (0..<count).map { _ in
            ["FR", "KP", "US"].randomElement(using: &random) ?? ""
        }
        let counts = (0..<count).map { _ in [.nan, 1, 9].randomElement(using: &random) ?? 0.0 }
        func answers(_ rows: Range<Int>) throws -> [String] {
            for (index, values) in [(0, amounts), (2, counts)] {
                workspace.inputs[index].reshape(TensorShape([rows.count]))
                workspace.inputs[index].withElements(of: Double.self) { target in
                    for row in rows { target[row - rows.lowerBound] = values[row] }
                }
            }
            workspace.inputs[1].reshape(TensorShape([rows.count]))
            for row in rows { workspace.inputs[1].appendString(countries[row]) }
            workspace.inputs[3].reshape(TensorShape([rows.count]))
            workspace.inputs[3].withElements(of: Int64.self) {
                for k in $0.indices { $0[k] = 1_777_600_800_000 }
            }
            try rules.run(workspace)
            return rows.map { row in
                let place = row - rows.lowerBound
                let score = workspace.outputs[0].withElements(of: Double.self) {
                    $0[place].bitPattern
                }
                return "\(score)" + (1...5).map { workspace.outputs[$0].string(at: place) }.joined()
            }
        }
        let together = try answers(0..<count)
        for row in 0..<count { #expect(try answers(row..<row + 1) == [together[row]]) }
    }

    @Test func a_signature_says_categories_and_order() throws {
        let bytes = ruleFile(
            inputs: #"{"name": "x"}, {"name": "t", "type": "text"}"#,
            rules: #"{"id": "a", "when": "t == 'b' and x > 1", "score": 4}"#)
        #expect(try !loadRules(bytes).scoresRows)
        let signature = Signature(features: [
            Feature(name: "t", kind: .category, categories: ["a", "b"]), Feature(name: "x"),
        ])
        let rules = try loadRules(bytes, signature: signature)
        let workspace = rules.makeWorkspace()
        workspace.row = [1, 2]
        #expect(try rules.explain(workspace) == 4)
        #expect(workspace.contributions == [2, 2])
        workspace.row = [0, 2]
        #expect(try rules.score(workspace) == 0)
        workspace.row = [2, 2]
        #expect(throws: InferenceError(.input, "'t' has no category of this code")) {
            try rules.score(workspace)
        }
        #expect(throws: LoadError.self) {
            try loadRules(bytes, signature: Signature(features: [Feature(name: "y")]))
        }
        #expect(throws: LoadError.self) {
            try loadRules(
                bytes, signature: Signature(features: [Feature(name: "x", missing: .allow)]))
        }
    }
}
