import VigieEngine
import VigieRegistry

/// What records repeat of one version of a model.
package final class DecisionVersion: Sendable {
    /// What drafts call it by.
    package let number: UInt32
    /// What becomes of its decisions that cannot be recorded.
    package let mode: DecisionLogPolicy.Mode
    let name: String
    let version: Int
    let manifestDigest: String
    let payloadDigest: String
    let policy: DecisionLogPolicy
    let features: [Feature]
    let inputs: [TensorSpec]
    let outputs: [TensorSpec]
    let reasonCodes: [String]
    /// Whether some values of an application must not be kept in clear.
    let hidesFeatures: Bool

    /// Whether an error's message, which may quote a value, may be recorded.
    package var mayQuoteFeatures: Bool { !hidesFeatures && policy.features == .values }

    init(_ model: LoadedModel, number: UInt32, mode: DecisionLogPolicy.Mode) {
        self.number = number
        self.mode = mode
        name = model.name
        version = model.version
        manifestDigest = model.manifestDigest.hex
        payloadDigest = model.manifest.entryFile.sha256.hex
        policy = model.manifest.decisionLog
        features = model.artifact.signature.features
        inputs = model.artifact.inputs
        outputs = model.artifact.outputs
        reasonCodes = model.reasons.reasons.map(\.code)
        hidesFeatures =
            !policy.keepsPersonalValues && features.contains(where: \.isPersonal)
    }
}
