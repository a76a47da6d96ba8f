import Testing
import VigieEngine
import VigieRegistry

@Suite struct ModelTableTests {
    private static func model(_ name: String, _ version: Int) throws -> LoadedModel {
        let digest = SampleManifest.digest
        let manifest = try Manifest.read(
            Array(
                "{\"flavor\": \"scorecard\", \"files\": [{\"path\": \"s\", \"sha256\": \"\(digest)\"}]}"
                    .utf8))
        return LoadedModel(
            name: name, version: version, manifest: manifest,
            manifestDigest: manifest.files[0].sha256,
            artifact: OddArtifact(.none, signature: Signature(features: [])),
            payloadBytes: 0, loadDuration: .zero, warmUpDuration: .zero,
            warmUpLatency: WarmUpLatency())
    }

    private static func find(_ name: String, in table: ModelTable) -> ModelEntry? {
        let bytes = Array(name.utf8)
        return table.find(bytes.span.bytes)
    }

    @Test(arguments: [0, 1, 3, 4, 5, 100, 1000])
    func every_name_is_found_and_no_other(count: Int) throws {
        let entries = try (0..<count).map { index in
            ModelEntry(name: "model-\(index)", versions: [try Self.model("model-\(index)", 1)])
        }
        let table = ModelTable(entries: entries, generation: 1)
        #expect(table.entries.count == count)
        for index in 0..<count {
            #expect(Self.find("model-\(index)", in: table)?.name == "model-\(index)")
            #expect(table.find("model-\(index)") === Self.find("model-\(index)", in: table))
        }
        for name in [
            "", "model-", "model-\(count)", "Model-0", String(repeating: "x", count: 5000),
        ] {
            #expect(Self.find(name, in: table) == nil)
        }
    }

    @Test func versions_are_found_by_number_and_by_text() throws {
        let entry = ModelEntry(
            name: "m", versions: try [1, 3, 12].map { try Self.model("m", $0) })
        #expect(entry.current?.version == 12)
        #expect(entry.version(3)?.version == 3 && entry.version(2) == nil)
        func version(_ text: String) -> Int? {
            let bytes = Array(text.utf8)
            return entry.version(bytes.span.bytes)?.version
        }
        #expect(version("12") == 12 && version("1") == 1)
        for text in ["", "2", "01", "0", "+1", "1 ", "1.0", "99999999999999999999", "x"] {
            #expect(version(text) == nil, "\(text)")
        }
    }
}
