import Testing
import VigieEngine
import VigieRegistry

@Suite struct VersionLoaderTests {
    /// Scores rows, and cannot say why.
    private final class Mute: Artifact, @unchecked Sendable {
        init(_ signature: Signature) {
            super.init(
                flavor: .scorecard, inputs: [], outputs: [], signature: signature, memoryBytes: 0)
        }

        override var scoresRows: Bool { true }
    }

    private func compile(_ more: String) throws -> Artifact {
        let text = """
            {"flavor": "scorecard",
             "files": [{"path": "s.json", "sha256": "\(SampleManifest.digest)"}],
             "signature": {"features": [{"name": "age"}]},
             "scorecard": {"points": 600, "odds": 50, "pdo": 20},
             "decision": {"approveBelow": 0.05, "declineFrom": 0.15}\(more)}
            """
        let manifest = try Manifest.read(Array(text.utf8), folder: ("credit", 1))
        let loader = VersionLoader(
            FolderSource("nowhere"),
            compile: { source throws(LoadError) in
                Mute(source.signature ?? Signature(features: []))
            })
        return try loader.compile(manifest, [])
    }

    @Test func reasons_that_the_model_cannot_give_are_refused_at_load() throws {
        let error = #expect(throws: RegistryError.self) {
            try compile(#", "reasons": {"age": {"code": "R01", "text": "Age"}}"#)
        }
        #expect(error?.reason == .refused)
        #expect(error?.message.contains("reasons need a model that can be explained") == true)
    }

    @Test func without_reasons_it_is_taken() throws {
        #expect(try compile("").scoresRows)
    }
}
