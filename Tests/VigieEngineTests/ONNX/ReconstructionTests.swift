import Testing

@testable import VigieEngine

/// Autoencoders that explain themselves by what they cannot reconstruct.
@Suite struct ReconstructionTests {
    private func load(_ fixture: ONNXCase, signature: Signature? = nil) throws -> Artifact {
        try ArtifactSource(
            flavor: .onnx, fileName: "ae.onnx", bytes: fixture.model, signature: signature,
            explanation: .reconstruction
        ).load()
    }

    private func fixture(_ name: String) throws -> ONNXCase {
        try #require((FixturePack.keras + FixturePack.networks).first { $0.name == name })
    }

    @Test(arguments: [
        "autoencoder/tf2onnx-15", "torch/autoencoder-17", "normalized_autoencoder/keras-18",
    ])
    func a_score_is_the_mean_squared_error_and_contributions_are_its_parts(_ name: String) throws {
        let fixture = try fixture(name)
        let artifact = try load(fixture)
        let workspace = artifact.makeWorkspace()
        #expect(artifact.scoresRows && artifact.explainsRows && artifact.link == .identity)
        let (inputs, outputs) = (fixture.inputs[0].reals, fixture.outputs[0].reals)
        let width = artifact.signature.features.count
        #expect(width == fixture.inputs[0].shape[1])
        for row in 0..<fixture.inputs[0].shape[0] {
            let range = (row * width)..<((row + 1) * width)
            let errors = range.map { (inputs[$0] - outputs[$0]) * (inputs[$0] - outputs[$0]) }
            for (index, place) in range.enumerated() { workspace.row[index] = inputs[place] }
            let score = try artifact.explain(workspace)
            #expect(workspace.baseValue == 0)
            #expect(workspace.contributions.reduce(0, +) == score)
            #expect(try artifact.score(workspace) == score)
            let expected = errors.reduce(0, +) / Double(width)
            #expect(abs(score - expected) < 1e-5 * max(1, expected))
            for (share, error) in zip(workspace.contributions, errors) {
                #expect(abs(share - error / Double(width)) < 1e-5 * max(1, error))
            }
        }
    }

    @Test func tensors_are_answered_as_without_it() throws {
        let fixture = try fixture("autoencoder/tf2onnx-15")
        let artifact = try load(fixture)
        let workspace = artifact.makeWorkspace()
        fixture.inputs[0].fill(workspace.inputs[0])
        try artifact.run(workspace)
        #expect(
            fixture.outputs[0].difference(from: workspace.outputs[0], tolerance: 2e-6) == nil)
    }

    @Test func a_missing_value_has_no_score() throws {
        let artifact = try load(try fixture("autoencoder/tf2onnx-15"))
        let workspace = artifact.makeWorkspace()
        for index in workspace.row.indices { workspace.row[index] = 0 }
        workspace.row[3] = .nan
        let error = #expect(throws: InferenceError.self) { try artifact.score(workspace) }
        #expect(error?.message.contains("input_3") == true)
    }

    @Test func other_graphs_and_flavors_are_refused() throws {
        for name in ["classifier/tf2onnx-15", "forecaster/tf2onnx-15", "torch/lstm-17"] {
            let fixture = try fixture(name)
            let error = #expect(throws: LoadError.self) { try load(fixture) }
            #expect(error?.message.hasPrefix("ae.onnx: reconstruction ") == true, "\(name)")
        }
        let error = #expect(throws: LoadError.self) {
            try ArtifactSource(
                flavor: .xgboost, fileName: "model.ubj", bytes: [], explanation: .reconstruction
            ).load()
        }
        #expect(error?.reason == .unsupported)
    }
}
