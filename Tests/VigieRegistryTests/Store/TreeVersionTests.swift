import Testing
import VigieCrypto
import VigieEngine
import VigieRegistry

/// Versions of the flavors lightgbm and forest, and what they are explained against.
@Suite struct TreeVersionTests {
    private static let signature = """
        {"features": [{"name": "income", "missing": "allow"},
          {"name": "purpose", "kind": "category", "categories": ["house", "car"]}]}
        """

    /// Writes credit/1: the LightGBM model, and a background unless it is nil.
    private func write(
        _ registry: TestRegistry, background: String?, signature: String = signature
    ) {
        func entry(_ path: String, _ text: String) -> String {
            registry.put(text, "credit/1/\(path)")
            let digest = SHA256.digest(of: Array(text.utf8)).hex
            return "{\"path\": \"\(path)\", \"sha256\": \"\(digest)\"}"
        }
        var files = [entry("model.txt", SampleTrees.lightGBM)]
        if let background { files.append(entry("background.json", background)) }
        let explanation =
            background == nil
            ? ""
            : #", "explanation": {"method": "interventional", "background": "background.json"}"#
        registry.put(
            """
            {"flavor": "lightgbm", "files": [\(files.joined(separator: ", "))]\
            \(signature.isEmpty ? "" : ", \"signature\": \(signature)")\(explanation)}
            """, "credit/1/manifest.json")
    }

    private func load(_ registry: TestRegistry) throws -> Artifact {
        try VersionLoader(FolderSource(registry.path)).load("credit", 1).artifact
    }

    @Test func a_lightgbm_version_explains_against_its_background() throws {
        let registry = TestRegistry()
        write(registry, background: #"{"rows": [[0.1, "car"], [0.9, 0], [null, "house"], [1, 1]]}"#)
        let artifact = try load(registry)
        let workspace = artifact.makeWorkspace()
        workspace.row = [0.7, 1]
        #expect(try artifact.explain(workspace) == 0.25)
        // Its own answers: -1, 1, -1 (a missing income goes left), 0.25.
        #expect(abs(workspace.baseValue + 0.1875) < 1e-12)
        write(registry, background: nil)
        let plain = try load(registry)
        let other = plain.makeWorkspace()
        other.row = [0.7, 1]
        #expect(try plain.explain(other) == 0.25)
        #expect(abs(other.baseValue - (-1 * 0.5 + 0.25 * 0.2 + 1 * 0.3)) < 1e-12)
    }

    @Test(arguments: [
        ("[]", "must be an object"), ("{}", "rows is missing"),
        (#"{"rows": []}"#, "must not be empty"),
        (#"{"rows": [[1]]}"#, "rows[0] must have a value for each of 2 features, not 1"),
        (#"{"rows": [[1, 0], [1, "boat"]]}"#, "rows[1][1] is no category of 'purpose'"),
        (#"{"rows": [[1, 2]]}"#, "rows[0][1] is no category's code of 'purpose'"),
        (#"{"rows": [["x", 0]]}"#, "rows[0][0] must be a number, not a string"),
        (#"{"rows": [[1, 0]"#, "is no valid JSON"),
    ])
    func a_background_that_does_not_fit_is_refused(background: String, message: String) throws {
        let registry = TestRegistry()
        write(registry, background: background)
        let error = #expect(throws: RegistryError.self) { try load(registry) }
        #expect(error?.message.hasPrefix("background.json") == true)
        #expect(error?.message.contains(message) == true, "\(error?.message ?? "")")
    }

    @Test func a_background_of_257_rows_or_without_a_signature_is_refused() throws {
        let registry = TestRegistry()
        let row = Array(repeating: "[1, 0]", count: 257).joined(separator: ",")
        write(registry, background: "{\"rows\": [\(row)]}")
        var error = #expect(throws: RegistryError.self) { try load(registry) }
        #expect(error?.message == "background.json: rows must have at most 256 elements")
        write(registry, background: #"{"rows": [[1, 0]]}"#, signature: "")
        error = #expect(throws: RegistryError.self) { try load(registry) }
        #expect(error?.message.contains("needs a signature") == true)
    }

    @Test func models_add_knows_the_files_by_what_they_say() throws {
        let registry = TestRegistry()
        let inbox = TestRegistry()
        inbox.put(SampleTrees.lightGBM, "lgb.txt")
        inbox.put(SampleTrees.forest, "rf.json")
        inbox.put("no tree", "other.txt")
        let loader = VersionLoader(FolderSource(registry.path))
        func add(_ file: String, _ change: (inout ModelsAdd.Request) -> Void = { _ in }) throws
            -> ModelsAdd
        {
            var request = ModelsAdd.Request(
                file: "\(inbox.path)/\(file)", name: "credit", created: "2026-11-25T18:00:00Z")
            change(&request)
            return try ModelsAdd(loader, request)
        }
        let lightGBM = try add("lgb.txt")
        #expect(lightGBM.manifest.flavor == .lightgbm && lightGBM.manifest.entry == "model.txt")
        #expect(lightGBM.manifest.signature?.features[1].categories == ["car", "house"])
        let forest = try add("rf.json")
        #expect(forest.manifest.flavor == .forest && forest.manifest.entry == "forest.json")
        #expect(try ModelsVerify(loader).isSound)
        #expect(throws: RegistryError.self) { try add("other.txt") }
        // A regressor's answers are no probabilities, and cannot decide.
        let error = #expect(throws: RegistryError.self) {
            try add("rf.json") {
                $0.decision = DecisionThresholds(approveBelow: 0.1, declineFrom: 0.2)
            }
        }
        #expect(error?.message.contains("answers 3.0 to a row of ordinary values") == true)
    }
}
