import Foundation
import Testing
import VigieEngine

@Suite struct ScorecardTests {
    static let card = """
        {"format": "vigie-scorecard", "formatVersion": 1, "intercept": -2.1, "features": [
         {"name": "age", "coefficient": -0.8, "edges": [30, 40, 55], "woe": [0.4, 0.1, -0.2, -0.6],
          "missingWoe": 0.05, "meanWoe": 0.01},
         {"name": "purpose", "coefficient": -0.5, "categories": {"car": 0.2, "tv": -0.1},
          "otherWoe": 0.3, "missingWoe": null, "meanWoe": 0.02}]}
        """

    private func load(_ text: String = card, _ signature: Signature? = nil) throws -> Artifact {
        try ArtifactSource(
            flavor: .scorecard, fileName: "scorecard.json", bytes: [UInt8](text.utf8),
            signature: signature
        ).load()
    }

    private func score(_ artifact: Artifact, _ row: [Double]) throws -> Double {
        let workspace = artifact.makeWorkspace()
        workspace.row = row
        return try artifact.score(workspace)
    }

    @Test(arguments: [
        (-1e9, 0.4), (29.999, 0.4), (30, 0.1), (39.9, 0.1), (40, -0.2), (54.9, -0.2), (55, -0.6),
        (Double.infinity, -0.6), (.nan, 0.05),
    ])
    func a_number_falls_into_the_bin_that_begins_at_or_below_it(age: Double, woe: Double) throws {
        let score = try score(try load(), [age, 0])
        #expect(abs(score - (-2.1 - 0.8 * woe - 0.5 * 0.2)) < 1e-12)
    }

    @Test func contributions_are_against_the_mean_and_add_up_exactly() throws {
        let artifact = try load()
        let workspace = artifact.makeWorkspace()
        workspace.row = [42, 1]
        let score = try artifact.explain(workspace)
        #expect(score == (try artifact.score(workspace)))
        #expect(abs(workspace.contributions[0] - -0.8 * (-0.2 - 0.01)) < 1e-12)
        #expect(abs(workspace.contributions[1] - -0.5 * (-0.1 - 0.02)) < 1e-12)
        #expect(abs(workspace.baseValue - (-2.1 - 0.8 * 0.01 - 0.5 * 0.02)) < 1e-12)
        #expect(abs(workspace.contributions.reduce(workspace.baseValue, +) - score) < 1e-15)
    }

    @Test func the_signature_decides_order_and_codes() throws {
        let signature = Signature(features: [
            Feature(name: "purpose", kind: .category, categories: ["tv", "boat", "car"]),
            Feature(name: "age", missing: .allow),
        ])
        let artifact = try load(Self.card, signature)
        for (code, woe) in [(0.0, -0.1), (1, 0.3), (2, 0.2)] {
            let score = try score(artifact, [code, 35])
            #expect(abs(score - (-2.1 - 0.8 * 0.1 - 0.5 * woe)) < 1e-12)
        }
    }

    @Test func a_signature_is_derived_from_the_file() throws {
        #expect(
            try load().signature
                == Signature(features: [
                    Feature(name: "age", missing: .allow),
                    Feature(name: "purpose", kind: .category, categories: ["car", "tv"]),
                ]))
    }

    @Test func what_is_missing_or_unknown_is_an_error_of_the_input() throws {
        let artifact = try load()
        for code in [Double.nan, -1, 2, .infinity] {
            #expect(throws: InferenceError.self) { try score(artifact, [42, code]) }
        }
    }

    @Test func tensors_give_probabilities_and_log_odds() throws {
        let artifact = try load()
        let workspace = artifact.makeWorkspace()
        workspace.inputs[0].reshape(TensorShape([2, 2]))
        workspace.inputs[0].withElements(of: Double.self) { elements in
            for (index, value) in [42, 1, .nan, 0].enumerated() { elements[index] = value }
        }
        try artifact.run(workspace)
        let odds = workspace.outputs[1].withElements(of: Double.self) { Array($0) }
        #expect(try odds == [score(artifact, [42, 1]), score(artifact, [.nan, 0])])
        let probabilities = workspace.outputs[0].withElements(of: Double.self) { Array($0) }
        #expect(abs(probabilities[0] - 1 / (1 + exp(-odds[0]))) < 1e-15)
        workspace.inputs[0].reshape(TensorShape([0, 2]))
        try artifact.run(workspace)
        #expect(workspace.outputs[0].count == 0)
        workspace.inputs[0].reshape(TensorShape([1, 3]))
        #expect(throws: InferenceError.self) { try artifact.run(workspace) }
    }

    @Test(arguments: [
        [Feature(name: "age")],
        [Feature(name: "age"), Feature(name: "purpose")],
        [
            Feature(name: "age", kind: .category, categories: ["x"]),
            Feature(name: "purpose", kind: .category),
        ],
        [Feature(name: "age"), Feature(name: "purpose", kind: .category, missing: .allow)],
        [Feature(name: "age"), Feature(name: "purpose", kind: .category), Feature(name: "more")],
        [Feature(name: "age"), Feature(name: "age"), Feature(name: "purpose", kind: .category)],
    ])
    func signatures_that_do_not_fit_are_refused(features: [Feature]) {
        #expect {
            try load(Self.card, Signature(features: features))
        } throws: { ($0 as? LoadError)?.reason == .signature }
    }

    @Test(arguments: [
        ("-2.1", "\"x\""), ("-2.1", "NaN"), ("-2.1", "1e999"), ("[30, 40, 55]", "[30, 40]"),
        ("[30, 40, 55]", "[30, 30, 55]"), ("[30, 40, 55]", "[30, NaN, 55]"),
        ("[30, 40, 55]", "[30, 40, Infinity]"), ("0.4", "NaN"), ("0.4", "null"),
        ("\"age\"", "\"purpose\""), ("{\"car\": 0.2, \"tv\": -0.1}", "[1]"),
        ("\"car\": 0.2", "\"tv\": 0.2"), ("vigie-scorecard", "other"),
        ("ersion\": 1", "ersion\": 2"),
        ("\"coefficient\": -0.8,", ""), ("\"woe\"", "\"categories\": {}, \"woe\""), ("]}", "]"),
    ])
    func broken_files_are_refused(part: String, replacement: String) {
        let text = Self.card.replacingOccurrences(of: part, with: replacement)
        #expect(text != Self.card)
        #expect(throws: LoadError.self) { try load(text) }
    }

    @Test func an_error_names_file_and_place() {
        #expect(
            throws: LoadError(
                .corrupt,
                "scorecard.json: features[0].woe: 4 elements where 3 are expected")
        ) { try load(Self.card.replacingOccurrences(of: "[30, 40, 55]", with: "[30, 40]")) }
    }
}
