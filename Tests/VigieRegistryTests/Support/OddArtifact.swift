import VigieEngine
import VigieRegistry

/// Misbehaves as no sound model file does, to see that the store notices.
final class OddArtifact: Artifact, @unchecked Sendable {
    enum Oddity: Sendable {
        case none
        /// NaN to every row, or only to rows with a missing value.
        case answersNaN, answersNaNToMissing
        case throwsAtScore, throwsAtExplain, throwsAtRun, answersNaNInTensors
        /// NaN in an output that may be missing.
        case answersMissing
    }

    private let oddity: Oddity

    init(_ oddity: Oddity, signature: Signature) {
        self.oddity = oddity
        let spec = TensorSpec(name: "input", type: .float64, shape: [-1, signature.features.count])
        let output = TensorSpec(
            name: spec.name, type: spec.type, shape: spec.shape,
            mayBeMissing: oddity == .answersMissing)
        super.init(
            flavor: .scorecard, inputs: [spec], outputs: [output], signature: signature,
            memoryBytes: 8)
    }

    override var scoresRows: Bool { true }
    override var explainsRows: Bool { true }

    override func score(_ workspace: Workspace) throws(InferenceError) -> Double {
        switch oddity {
        case .throwsAtScore: throw InferenceError(.limit, "too large")
        case .answersNaN: return .nan
        case .answersNaNToMissing: return workspace.row.contains(where: \.isNaN) ? .nan : 1
        default: return 1
        }
    }

    override func explain(_ workspace: Workspace) throws(InferenceError) -> Double {
        if oddity == .throwsAtExplain { throw InferenceError(.unsupported, "no such thing") }
        return try score(workspace)
    }

    override func run(_ workspace: Workspace) throws(InferenceError) {
        if oddity == .throwsAtRun { throw InferenceError(.limit, "too large") }
        workspace.outputs[0].reshape(workspace.inputs[0].shape)
        let isMissing = oddity == .answersNaNInTensors || oddity == .answersMissing
        let value = isMissing ? Double.nan : 1
        workspace.outputs[0].withElements(of: Double.self) { for i in $0.indices { $0[i] = value } }
    }
}
