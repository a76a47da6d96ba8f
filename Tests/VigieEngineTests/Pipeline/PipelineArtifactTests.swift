import Foundation
import Testing

@testable import VigieEngine

/// A scorecard over the features `x` and `y`, and rules over a score.
enum PipelineSamples {
    static func card(_ slope: Double, intercept: Double = 0) throws -> Artifact {
        try ArtifactSource(
            flavor: .scorecard, fileName: "scorecard.json",
            bytes: Array(
                """
                {"format": "vigie-scorecard", "formatVersion": 1, "intercept": \(intercept), "features": [
                 {"name": "x", "coefficient": \(slope), "edges": [0, 1], "woe": [-1, 0.5, 2], "meanWoe": 0.25},
                 {"name": "y", "coefficient": 0.5, "edges": [10], "woe": [1, -1], "missingWoe": 3},
                 {"name": "kind", "coefficient": 1, "categories": {"card": 0.125, "cash": -0.5}}]}
                """.utf8)
        ).load()
    }

    static func rules() throws -> Artifact {
        try loadRules(
            ruleFile(
                inputs: #"{"name": "model.score"}, {"name": "x"}"#,
                rules: """
                    {"id": "high", "when": "model.score > 1", "score": 10, "decision": "review"},
                    {"id": "x", "when": "x > 0.5", "score": 5}
                    """,
                more: #""default": {"decision": "approve"}"#))
    }

    static func pipeline(
        _ steps: String, outputs: String, score: String? = nil, members: [String: Artifact]
    ) throws -> PipelineArtifact {
        let pins = members.keys.sorted().map {
            "\"\($0)\": {\"model\": \"\($0)\", \"version\": 1}"
        }
        var source = ArtifactSource(
            flavor: .pipeline, fileName: "pipeline.json",
            bytes: Array(
                """
                {"format": "vigie-pipeline", "formatVersion": 1, "inputs": [{"name": "x"},
                 {"name": "y", "missing": "allow"},
                 {"name": "kind", "type": "text", "values": ["cash", "card"]}],
                 "members": {\(pins.joined(separator: ", "))},
                 "steps": [\(steps)], "outputs": [\(outputs)]\(score.map { ", \"score\": \($0)" } ?? "")}
                """.utf8))
        source.members = members
        return try PipelineArtifact(source)
    }

    /// Rows of x, y, and the kind by its code among "cash", "card".
    static let rows: [[Double]] = [
        [-1, 5, 0], [0.5, .nan, 1], [3, 20, 1], [0, 10, 0], [1, -.infinity, 1], [0.75, 9.5, 0],
    ]

    static func fill(_ workspace: Workspace, _ rows: [[Double]]) {
        for column in 0..<2 {
            workspace.inputs[column].reshape(TensorShape([rows.count]))
            workspace.inputs[column].withElements(of: Double.self) { values in
                for row in rows.indices { values[row] = rows[row][column] }
            }
        }
        workspace.inputs[2].reshape(TensorShape([rows.count]))
        for row in rows { workspace.inputs[2].appendString(["cash", "card"][Int(row[2])]) }
    }

    static func doubles(_ tensor: Tensor) -> [Double] {
        tensor.withElements(of: Double.self) { Array($0) }
    }
}

@Suite struct PipelineArtifactTests {
    /// What a member says alone: its categories have another order than the pipeline's.
    private func score(_ artifact: Artifact, _ row: [Double]) throws -> Double {
        let workspace = artifact.makeWorkspace()
        workspace.row = [row[0], row[1], 1 - row[2]]
        return try artifact.score(workspace)
    }

    private func ensemble(_ expression: String, score: String?) throws -> PipelineArtifact {
        try PipelineSamples.pipeline(
            """
            {"name": "a.score", "member": "a"}, {"name": "b.score", "member": "b"},
            {"name": "b.p", "member": "b", "take": "response"},
            {"name": "total", "expression": "\(expression)"}
            """, outputs: #"{"name": "total"}, {"name": "p", "value": "b.p"}"#, score: score,
            members: [
                "a": try PipelineSamples.card(1), "b": try PipelineSamples.card(-2, intercept: 0.5),
            ])
    }

    @Test func an_ensemble_is_what_its_members_say_put_together() throws {
        let pipeline = try ensemble(
            "0.75 * a.score + b.score / 4", score: #"{"value": "total", "link": "logit"}"#)
        let (a, b) = (try PipelineSamples.card(1), try PipelineSamples.card(-2, intercept: 0.5))
        let workspace = pipeline.makeWorkspace()
        PipelineSamples.fill(workspace, PipelineSamples.rows)
        try pipeline.run(workspace)
        for (row, values) in PipelineSamples.rows.enumerated() {
            let (first, second) = (try score(a, values), try score(b, values))
            #expect(PipelineSamples.doubles(workspace.outputs[0])[row] == 0.75 * first + second / 4)
            #expect(PipelineSamples.doubles(workspace.outputs[1])[row] == 1 / (1 + exp(-second)))
        }
        #expect(pipeline.link == .logit)
    }

    @Test func a_row_is_answered_as_in_a_batch_and_its_contributions_add_up() throws {
        for expression in [
            "0.75 * a.score + b.score / 4", "max(a.score, b.score, 0.1 * x)",
            "mean(a.score, b.score)",
            "logistic(a.score) - 2 * b.p", "coalesce(y, 3) + min(a.score, 1)",
        ] {
            let pipeline = try ensemble(expression, score: #"{"value": "total"}"#)
            let batch = pipeline.makeWorkspace()
            PipelineSamples.fill(batch, PipelineSamples.rows)
            try pipeline.run(batch)
            #expect(pipeline.explainsRows)
            let workspace = pipeline.makeWorkspace()
            for (row, values) in PipelineSamples.rows.enumerated()
            where values[1] > -.infinity || values[1].isNaN {
                workspace.row = values
                let score = try pipeline.score(workspace)
                #expect(score == PipelineSamples.doubles(batch.outputs[0])[row])
                #expect(try pipeline.explain(workspace) == score)
                let sum = workspace.contributions.reduce(workspace.baseValue, +)
                #expect(abs(sum - score) < 1e-12, "\(expression) \(values)")
            }
        }
    }

    @Test func a_weighted_sum_has_the_weighted_sum_of_its_members_contributions() throws {
        let pipeline = try ensemble("0.75 * a.score - b.score", score: #"{"value": "total"}"#)
        let (a, b) = (try PipelineSamples.card(1), try PipelineSamples.card(-2, intercept: 0.5))
        let workspace = pipeline.makeWorkspace()
        workspace.row = [3, 20, 1]
        _ = try pipeline.explain(workspace)
        let (first, second) = (a.makeWorkspace(), b.makeWorkspace())
        first.row = [3, 20, 0]
        second.row = [3, 20, 0]
        _ = try a.explain(first)
        _ = try b.explain(second)
        for feature in 0..<3 {
            let expected = 0.75 * first.contributions[feature] - second.contributions[feature]
            #expect(abs(workspace.contributions[feature] - expected) < 1e-12)
        }
        #expect(abs(workspace.baseValue - (0.75 * first.baseValue - second.baseValue)) < 1e-12)
    }

    @Test func the_greater_one_explains_a_maximum() throws {
        let pipeline = try ensemble("max(a.score, b.score)", score: #"{"value": "total"}"#)
        let workspace = pipeline.makeWorkspace()
        workspace.row = [3, 5, 1]
        let score = try pipeline.explain(workspace)
        let a = try PipelineSamples.card(1)
        let own = a.makeWorkspace()
        own.row = [3, 5, 0]
        #expect(try a.explain(own) == score)
        #expect(workspace.contributions == own.contributions)
    }

    @Test func a_product_of_scores_is_explained_only_by_a_step_that_the_file_names() throws {
        let product = try ensemble("a.score * b.score", score: #"{"value": "total"}"#)
        #expect(product.scoresRows && !product.explainsRows)
        #expect(
            product.explanationRefusal
                == "step 'total' multiplies, divides or chooses by what depends on the row; "
                + "\"explain\" in the file's \"score\" can name a step that stands for it")
        #expect(
            try ensemble("a.score", score: nil).explanationRefusal == "the file names no \"score\"")
        #expect(
            throws: LoadError(
                .corrupt,
                "pipeline.json: score.explain: 'total' cannot be explained: "
                    + (product.explanationRefusal ?? ""))
        ) { try ensemble("a.score * b.score", score: #"{"value": "total", "explain": "total"}"#) }
        let named = try ensemble(
            "a.score * b.score", score: #"{"value": "total", "explain": "a.score"}"#)
        #expect(named.explanationRefusal == nil)
        let workspace = named.makeWorkspace()
        workspace.row = [3, 5, 1]
        let score = try named.explain(workspace)
        #expect(abs(workspace.contributions[0] - 1.75) < 1e-12)
        #expect(abs(workspace.contributions.reduce(workspace.baseValue, +) - score) < 1e-12)
    }

    @Test func rules_decide_on_a_models_score() throws {
        let pipeline = try PipelineSamples.pipeline(
            """
            {"name": "a.score", "member": "a"},
            {"member": "rules", "inputs": {"model.score": "a.score"},
             "outputs": {"points": "score", "decision": "decision", "x.fired": {"tensor": "fired_mask", "column": 1}}},
            {"name": "text", "expression": "if x.fired then lower('X!') else decision"}
            """,
            outputs: #"{"name": "points"}, {"name": "decision"}, {"name": "text"}"#,
            members: ["a": try PipelineSamples.card(1), "rules": try PipelineSamples.rules()])
        let workspace = pipeline.makeWorkspace()
        PipelineSamples.fill(workspace, PipelineSamples.rows)
        try pipeline.run(workspace)
        let a = try PipelineSamples.card(1)
        for (row, values) in PipelineSamples.rows.enumerated() {
            let high = try score(a, values) > 1
            let points = (high ? 10.0 : 0) + (values[0] > 0.5 ? 5 : 0)
            #expect(PipelineSamples.doubles(workspace.outputs[0])[row] == points)
            #expect(workspace.outputs[1].string(at: row) == (high ? "review" : "approve"))
            let text = values[0] > 0.5 ? "x!" : high ? "review" : "approve"
            #expect(workspace.outputs[2].string(at: row) == text)
        }
        #expect(!pipeline.scoresRows)
    }

    @Test func stacking_hands_a_contribution_on_to_what_the_feature_is_made_of() throws {
        // The second card's `x` is the first one's score.
        let pipeline = try PipelineSamples.pipeline(
            """
            {"name": "first", "member": "a"},
            {"name": "second", "member": "b", "features": {"x": "first"}},
            {"name": "p", "of": "second", "calibration": {"method": "platt", "slope": 2, "intercept": -1}},
            {"name": "q", "of": "p", "calibration": {"method": "isotonic", "x": [0, 0.5, 1], "y": [0, 0.1, 1]}}
            """, outputs: #"{"name": "q"}"#, score: #"{"value": "q"}"#,
            members: [
                "a": try PipelineSamples.card(1), "b": try PipelineSamples.card(-2, intercept: 0.5),
            ])
        let (a, b) = (try PipelineSamples.card(1), try PipelineSamples.card(-2, intercept: 0.5))
        let workspace = pipeline.makeWorkspace()
        workspace.row = [3, 5, 1]
        let score = try pipeline.explain(workspace)
        let second = try self.score(b, [try self.score(a, [3, 5, 1]), 5, 1])
        let p = 1 / (1 + exp(-(2 * second - 1)))
        #expect(abs(score - (p < 0.5 ? 0.2 * p : 0.1 + 1.8 * (p - 0.5))) < 1e-12)
        #expect(workspace.contributions[0] != 0)
        #expect(abs(workspace.contributions.reduce(workspace.baseValue, +) - score) < 1e-12)
    }

    @Test func a_tensor_view_takes_columns() throws {
        let pipeline = try PipelineSamples.pipeline(
            """
            {"name": "code", "expression": "if kind == 'card' then 0 else 1"},
            {"member": "a", "inputs": {"input": ["x", "y", "code"]}, "outputs": {"p": "probability"}}
            """, outputs: #"{"name": "p"}"#, members: ["a": try PipelineSamples.card(1)])
        let workspace = pipeline.makeWorkspace()
        PipelineSamples.fill(workspace, PipelineSamples.rows)
        try pipeline.run(workspace)
        let a = try PipelineSamples.card(1)
        for (row, values) in PipelineSamples.rows.enumerated() {
            let expected = 1 / (1 + exp(-(try score(a, values))))
            #expect(PipelineSamples.doubles(workspace.outputs[0])[row] == expected)
        }
    }

    @Test func an_empty_batch_has_no_rows() throws {
        let pipeline = try ensemble("a.score + b.score", score: #"{"value": "total"}"#)
        let workspace = pipeline.makeWorkspace()
        PipelineSamples.fill(workspace, [])
        try pipeline.run(workspace)
        #expect(workspace.outputs.allSatisfy { $0.shape == TensorShape([0]) })
    }

    @Test(arguments: [
        (
            #"{"name": "s", "member": "c"}"#,
            "steps[0].member: there is no member 'c'"
        ),
        (
            #"{"name": "s", "member": "a", "features": {"z": "x"}}"#,
            "steps[0].features: the member has no feature 'z'"
        ),
        (
            #"{"name": "s", "member": "a", "features": {"x": "kind"}}"#,
            "steps[0].features.x: 'kind' is a text, the member takes a number"
        ),
        (
            #"{"member": "a", "inputs": {"input": ["x", "y"]}, "outputs": {"s": "log_odds"}}"#,
            "steps[0].inputs.input: 2 values do not make a row of the shape [-1, 3]"
        ),
        (
            #"{"member": "a", "inputs": {"input": ["x", "y", "x"]}, "outputs": {"s": "logodds"}}"#,
            "steps[0].outputs.s: the member has no output 'logodds'; did you mean 'log_odds'?"
        ),
        (
            #"{"name": "x", "expression": "y + 1"}"#, "steps[0]: there is a value 'x' already"
        ),
        (
            #"{"name": "s", "expression": "y + kind"}"#,
            "steps[0].expression: line 1, column 1: '+' does not go with a number and a text"
        ),
    ])
    func what_does_not_fit_is_refused_with_its_place(step: String, problem: String) throws {
        let members = ["a": try PipelineSamples.card(1)]
        let error = #expect(throws: LoadError.self) {
            try PipelineSamples.pipeline(step, outputs: #"{"name": "s"}"#, members: members)
        }
        #expect(error?.message.hasPrefix("pipeline.json: " + problem) == true, "\(error as Any)")
    }
}
