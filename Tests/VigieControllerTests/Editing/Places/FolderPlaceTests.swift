import Foundation
import Testing
import VigieEngine
import VigieRollouts

@testable import VigieController

@Suite struct FolderPlaceTests {
    private static func text(_ name: String, model: String, more: String = "") -> String {
        """
        apiVersion: vigie.dev/v1alpha1
        kind: ModelRollout
        metadata: {name: \(name)}
        spec:
          model: \(model)
          stable: {version: 1}
          \(more)

        """
    }

    /// Runs `body` with a folder of these files.
    private func inFolder(
        _ files: [String: String], _ body: (FolderPlace) throws -> Void
    ) throws {
        let folder = FileManager.default.temporaryDirectory.appending(path: UUID().uuidString)
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        for (name, text) in files {
            try text.write(to: folder.appending(path: name), atomically: true, encoding: .utf8)
        }
        try body(try FolderPlace(folder.path))
    }

    private func refusal(_ body: () throws -> Void) -> String {
        do {
            try body()
            return ""
        } catch { return "\(error)" }
    }

    @Test func what_is_no_rollout_is_told_beside_those_that_are() throws {
        let files = ["a.yaml": Self.text("a", model: "a"), "broken.yaml": "spec: ["]
        try inFolder(files) { place in
            let names = try place.all().map(\.metadata.name)
            #expect(names == ["a"])
            #expect(place.unreadable.count == 1)
            #expect(place.unreadable.first?.hasPrefix("broken.yaml:") == true)
        }
    }

    @Test func of_a_rollout_and_its_copy_none_is_edited() throws {
        let text = Self.text("fraud", model: "fraud")
        try inFolder(["fraud.yaml": text, "fraud-copy.yaml": text]) { place in
            let said = refusal { _ = try place.one("fraud") }
            #expect(said.contains("fraud-copy.yaml:1, fraud.yaml:1; remove all but one"))
            let written = try WrittenRollout.read(text, file: "f.yaml")
            let again = refusal { _ = try place.put(written[0]) }
            #expect(again == said)
        }
    }

    @Test func what_pods_would_not_carry_out_is_not_applied() throws {
        try inFolder(["fraud.yaml": Self.text("fraud", model: "fraud")]) { place in
            let known = try place.all()
            func said(_ name: String, _ model: String) throws -> String {
                let text = Self.text(name, model: model)
                let written = try WrittenRollout.read(text, file: "f.yaml")[0]
                return refusal { try written.require(beside: known) }
            }
            #expect(try said("fraud", "fraud") == "")
            #expect(try said("credit", "credit") == "")
            #expect(
                try said("second", "fraud")
                    == "f.yaml:1: spec.model 'fraud' has a ModelRollout already: 'fraud'")
            #expect(try said("fraud", "credit").contains("f.yaml:1: spec.model must not change"))
        }
    }

    @Test func a_file_with_two_rollouts_of_a_model_is_refused() {
        let text = Self.text("a", model: "fraud") + "---\n" + Self.text("b", model: "fraud")
        let said = refusal { _ = try WrittenRollout.read(text, file: "f.yaml") }
        #expect(said == "f.yaml:13: spec.model is there twice")
    }

    @Test func of_an_invalid_rollout_programs_are_told_why() throws {
        let text = Self.text("fraud", model: "fraud", more: "canary: {version: 1}")
        try inFolder(["fraud.yaml": text]) { place in
            let json = RolloutView(try place.one("fraud")).json
            #expect(json["problem"]?.string?.contains("spec.canary.version must differ") == true)
            #expect(json["metadata"]?["name"]?.string == "fraud")
        }
    }
}
