import VigieCrypto
import VigieEngine
import VigieRegistry

/// Gives back what it is given, for one input of every datatype: "FP32" in, "FP32_out" out.
package final class EchoArtifact: Artifact, @unchecked Sendable {
    /// - Parameter types: of the inputs, which are called by their types' names.
    package init(types: [ElementType] = ElementType.allCases, shape: [Int] = [-1, 2]) {
        super.init(
            flavor: .onnx,
            inputs: types.map { TensorSpec(name: "\($0.protocolName)", type: $0, shape: shape) },
            outputs: types.map {
                TensorSpec(name: "\($0.protocolName)_out", type: $0, shape: shape)
            },
            signature: Signature(features: []), memoryBytes: 1000)
    }

    package override func run(_ workspace: Workspace) throws(InferenceError) {
        for (input, output) in zip(workspace.inputs, workspace.outputs) {
            output.reshape(input.shape)
            if input.type == .string {
                for index in 0..<input.count {
                    input.withString(at: index) { output.appendString($0) }
                }
            } else {
                output.withMutableBytes { target in
                    input.bytes.withUnsafeBytes { target.copyMemory(from: $0) }
                }
            }
        }
    }
}

/// A linear model with a contribution a feature: log-odds = base + Σ weight·value, where a missing
/// value adds nothing and a category counts as its code.
package final class LinearArtifact: Artifact, @unchecked Sendable {
    let weights: [Double]
    let base: Double
    private let isExplainable: Bool

    package init(
        _ features: [Feature], weights: [Double], base: Double = -2, explains: Bool = true
    ) {
        precondition(features.count == weights.count)
        self.weights = weights
        self.base = base
        isExplainable = explains
        super.init(
            flavor: .scorecard,
            inputs: [TensorSpec(name: "input", type: .float64, shape: [-1, features.count])],
            outputs: [TensorSpec(name: "log_odds", type: .float64, shape: [-1])],
            signature: Signature(features: features), memoryBytes: 8 * weights.count)
    }

    package override func run(_ workspace: Workspace) throws(InferenceError) {
        let input = workspace.inputs[0]
        let rows = input.shape[0]
        workspace.outputs[0].reshape(TensorShape([rows]))
        input.withElements(of: Double.self) { values in
            workspace.outputs[0].withElements(of: Double.self) { result in
                for row in 0..<rows {
                    result[row] =
                        base
                        + weights.indices.reduce(0) {
                            $0 + weights[$1] * values[row * weights.count + $1]
                        }
                }
            }
        }
    }

    package override var link: ScoreLink { .logit }
    package override var scoresRows: Bool { true }
    package override var explainsRows: Bool { isExplainable }

    package override func score(_ workspace: Workspace) throws(InferenceError) -> Double {
        weights.indices.reduce(base) { sum, index in
            workspace.row[index].isNaN ? sum : sum + weights[index] * workspace.row[index]
        }
    }

    package override func explain(_ workspace: Workspace) throws(InferenceError) -> Double {
        workspace.baseValue = base
        for index in weights.indices {
            let value = workspace.row[index]
            workspace.contributions[index] = value.isNaN ? 0 : weights[index] * value
        }
        return try score(workspace)
    }
}

/// A model as the registry would have loaded it.
/// - Parameter latency: nil measures it, as the registry does.
package func loaded(
    _ name: String, _ version: Int, _ artifact: Artifact, latency: WarmUpLatency? = nil,
    _ configure: (inout Manifest) -> Void = { _ in }
) -> LoadedModel {
    let digest = SHA256.digest(of: Array(name.utf8).span.bytes)
    var manifest = Manifest(
        flavor: artifact.flavor, files: [ManifestFile(path: "model", sha256: digest)])
    configure(&manifest)
    return LoadedModel(
        name: name, version: version, manifest: manifest, manifestDigest: digest,
        artifact: artifact, payloadBytes: 0, loadDuration: .zero, warmUpDuration: .zero,
        warmUpLatency: latency ?? (try? WarmUp.run(artifact)) ?? WarmUpLatency())
}

/// A table of models; versions of the same name are one model.
package func table(_ models: [LoadedModel], generation: UInt64 = 1) -> ModelTable {
    let names = Set(models.map(\.name))
    return ModelTable(
        entries: names.map { name in
            ModelEntry(
                name: name,
                versions: models.filter { $0.name == name }.sorted { $0.version < $1.version })
        }, generation: generation)
}
