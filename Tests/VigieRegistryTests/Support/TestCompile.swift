import VigieEngine
import VigieRegistry

/// TEMPORARY until the engine reads scorecards.
enum TestCompile {
    static let compile: VersionLoader.Compile = { source throws(LoadError) in
        let json: JSONValue
        do { json = try JSONParser.parse(source.bytes) } catch {
            throw LoadError(.corrupt, "\(source.fileName): \(error)")
        }
        guard let value = json["intercept"]?.double else {
            throw LoadError(.corrupt, "no intercept")
        }
        return ConstantArtifact(
            value: value + 1, signature: source.signature ?? Signature(features: []))
    }
}

/// Answers every row with one number.
final class ConstantArtifact: Artifact, @unchecked Sendable {
    private let value: Double

    init(value: Double, signature: Signature) {
        self.value = value
        super.init(
            flavor: .scorecard, inputs: [], outputs: [], signature: signature, memoryBytes: 8)
    }

    override var scoresRows: Bool { true }
    override func score(_ workspace: Workspace) throws(InferenceError) -> Double { value }
}
