import Foundation
import Testing

@testable import VigieEngine

/// Rows of features through ONNX models: log-odds and contributions.
@Suite struct ONNXRowTests {
    static let mixed = Signature(features: [
        Feature(name: "age", missing: .allow),
        Feature(name: "income", missing: .allow),
        Feature(
            name: "purpose", kind: .category,
            categories: ["tv", "car", "éducation", "boat", "home"]),
        Feature(name: "owner", kind: .category, categories: ["no", "yes"]),
        Feature(name: "loans", kind: .integer),
    ])

    private func fill(_ workspace: Workspace, _ fixture: ONNXCase, _ row: Int) throws {
        for (index, feature) in Self.mixed.features.enumerated() {
            let values = try #require(fixture.inputs.first { $0.name == feature.name })
            if feature.kind == .category {
                let code = feature.categories.firstIndex(of: values.strings[row])
                workspace.row[index] = Double(try #require(code))
            } else {
                workspace.row[index] = values.reals[row]
            }
        }
    }

    @Test func a_pipeline_of_imputer_scaler_and_encoder_is_explained_as_SHAP_does() throws {
        let fixture = FixturePack.model("mixed")
        let others = Dictionary(uniqueKeysWithValues: fixture.others.map { ($0.name, $0.reals) })
        let means = try #require(others["means"])
        let contributions = try #require(others["contributions"])
        let logOdds = try #require(others["log-odds"])
        let base = try #require(others["base"]?.first)
        let names = Self.mixed.features.map(\.name)
        let artifact = try fixture.load(
            signature: Self.mixed, meanTerms: Dictionary(uniqueKeysWithValues: zip(names, means)))
        #expect(artifact.scoresRows && artifact.explainsRows)
        let workspace = artifact.makeWorkspace()
        for row in stride(from: 0, to: logOdds.count, by: 5) {
            try fill(workspace, fixture, row)
            let score = try artifact.score(workspace)
            #expect(abs(score - logOdds[row]) < 1e-5)
            #expect(try artifact.explain(workspace) == score)
            #expect(abs(workspace.baseValue - base) < 1e-5)
            #expect(workspace.contributions.reduce(workspace.baseValue, +) == score)
            for feature in names.indices {
                let expected = contributions[row * names.count + feature]
                #expect(abs(workspace.contributions[feature] - expected) < 1e-5, "row \(row)")
            }
        }
    }

    /// The score is what the model's own probability says.
    @Test(arguments: [
        "scaler-lr", "scaler-lr-zipmap", "scaler-lr-f64", "normalizer-l2-lr", "imputer-scaler-lr",
        "robust-maxabs-lr", "tree", "forest", "boosting", "hist", "xgboost", "lightgbm",
        "lr-string-labels",
    ])
    func scores_are_the_log_odds_of_the_second_class(_ name: String) throws {
        let fixture = FixturePack.model(name)
        let artifact = try fixture.load()
        #expect(artifact.scoresRows)
        #expect(artifact.signature.features.map(\.name).last == "input_7")
        let workspace = artifact.makeWorkspace()
        let rows = try #require(fixture.inputs.first).reals
        let probabilities = try #require(fixture.outputs.last).reals
        for row in 0..<(probabilities.count / 2) {
            for column in 0..<8 { workspace.row[column] = rows[row * 8 + column] }
            let score = try artifact.score(workspace)
            let probability = 1 / (1 + exp(-score))
            #expect(abs(probability - probabilities[2 * row + 1]) < 2e-6, "row \(row)")
        }
    }

    @Test(arguments: ["forest", "xgboost", "lightgbm"])
    func a_file_of_trees_says_which_file_would_be_explained(name: String) throws {
        let artifact = try FixturePack.model(name).load()
        #expect(!artifact.explainsRows)
        let refusal = try #require(artifact.explanationRefusal)
        for file in ["model.ubj", "model.txt", "forest.ubj"] { #expect(refusal.contains(file)) }
        let error = #expect(throws: InferenceError.self) {
            try artifact.explain(artifact.makeWorkspace())
        }
        #expect(error?.description.contains(refusal) == true)
    }

    @Test(arguments: ["linear-regressor", "ridge-f64", "forest-regressor", "xgboost-regressor"])
    func regressors_score_with_their_prediction(_ name: String) throws {
        let fixture = FixturePack.model(name)
        let artifact = try fixture.load()
        let workspace = artifact.makeWorkspace()
        let rows = try #require(fixture.inputs.first).reals
        let predictions = try #require(fixture.outputs.first).reals
        for row in predictions.indices {
            for column in 0..<8 { workspace.row[column] = rows[row * 8 + column] }
            let error = abs(try artifact.score(workspace) - predictions[row])
            #expect(error <= 2e-6 * max(1, abs(predictions[row])))
        }
        #expect(artifact.explainsRows == (name == "linear-regressor" || name == "ridge-f64"))
    }

    @Test func models_of_three_classes_score_no_rows() throws {
        for name in ["minmax-lr3", "boosting3", "lightgbm3-zipmap"] {
            let artifact = try FixturePack.model(name).load()
            #expect(!artifact.scoresRows)
            #expect(throws: InferenceError.self) { try artifact.score(artifact.makeWorkspace()) }
        }
    }

    @Test func maps_become_matrices_with_labels() throws {
        let artifact = try #require(
            try FixturePack.model("lightgbm3-zipmap").load() as? ONNXArtifact)
        let spec = try #require(artifact.outputs.last)
        #expect(spec == TensorSpec(name: "probabilities", type: .float32, shape: [-1, 3]))
        #expect(artifact.classLabels["probabilities"] == .integers([0, 1, 2]))
    }

    @Test func a_missing_value_without_an_imputer_is_named() throws {
        let artifact = try FixturePack.model("scaler-lr").load()
        let workspace = artifact.makeWorkspace()
        for index in 0..<8 { workspace.row[index] = index == 3 ? .nan : 1 }
        let expected = InferenceError(.input, "feature 'input_3' is missing")
        #expect(throws: expected) { try artifact.score(workspace) }
        #expect(throws: expected) { try artifact.explain(workspace) }
    }

    @Test func signatures_that_do_not_fit_are_refused() throws {
        let fixture = FixturePack.model("mixed")
        func message(_ change: (inout Signature) -> Void) -> String {
            var signature = Self.mixed
            change(&signature)
            do {
                _ = try fixture.load(signature: signature)
                return "loaded"
            } catch {
                return "\(error)"
            }
        }
        #expect(message { _ in } == "loaded")
        #expect(message { $0.features[0].name = "height" }.contains("'height'"))
        #expect(message { $0.features[0].input = "nowhere" }.contains("'nowhere'"))
        #expect(message { $0.features[2].kind = .number }.contains("'purpose' is a number"))
        #expect(message { $0.features.removeLast() }.contains("input 'loans' has 1 columns"))
        #expect(message { $0.features[1].input = "age" }.contains("input 'age' has 1 columns"))
    }

    @Test func unknown_and_missing_categories_follow_the_signature() throws {
        let fixture = FixturePack.model("mixed")
        let strict = try fixture.load(signature: Self.mixed)
        let workspace = strict.makeWorkspace()
        try fill(workspace, fixture, 0)
        workspace.row[2] = 9
        #expect(throws: InferenceError.self) { try strict.score(workspace) }
        workspace.row[2] = .nan
        #expect(throws: InferenceError(.input, "feature 'purpose' is missing")) {
            try strict.score(workspace)
        }
        var open = Self.mixed
        open.features[2].missing = .allow
        let lenient = try fixture.load(signature: open)
        let other = lenient.makeWorkspace()
        try fill(other, fixture, 0)
        other.row[2] = 3
        let unknown = try lenient.score(other)
        other.row[2] = .nan
        // Both are no category that the encoder knows.
        #expect(try lenient.score(other) == unknown)
    }
}
