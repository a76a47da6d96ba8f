import Testing
import VigieCrypto
import VigieEngine

@testable import VigieRegistry

@Suite struct MLflowDerivationTests {
    private static func model(_ flavor: String, _ data: String, inputs: String? = nil) -> String {
        let signature = inputs.map { "signature:\n  inputs: '\($0)'\n" } ?? ""
        return """
            flavors:
              python_function:
                loader_module: mlflow.\(flavor)
              \(flavor):
                data: \(data)
            mlflow_version: 3.17.0
            utc_time_created: '2026-11-26 04:24:01.725416'
            \(signature)
            """
    }

    private static func derive(_ text: String, tags: [String: String] = [:]) throws -> Manifest {
        var version = RemoteVersion(number: 3, revision: "x")
        version.attributes = tags
        let derivation = try MLflowDerivation(try MLmodelFile(Array(text.utf8)), version)
        let file = ManifestFile(path: derivation.entry, sha256: SHA256.digest(of: []), bytes: 1)
        return try derivation.manifest([file])
    }

    @Test func flavors_files_and_columns_become_a_manifest() throws {
        let columns =
            #"[{"type": "double", "name": "age", "required": true}, "#
            + #"{"type": "long", "name": "debt ratio", "required": false}]"#
        let manifest = try Self.derive(Self.model("xgboost", "model.ubj", inputs: columns))
        #expect(manifest.flavor == .xgboost && manifest.entry == "model.ubj")
        #expect(manifest.signature?.features.map(\.name) == ["age", "debt ratio"])
        #expect(manifest.signature?.features.map(\.kind) == [.number, .integer])
        #expect(manifest.created == "2026-11-26T04:24:01.725416Z")
        #expect(try Self.derive(Self.model("onnx", "model.onnx")).flavor == .onnx)
        #expect(try Self.derive(Self.model("lightgbm", "model.lgb")).flavor == .lightgbm)
        let tensor = #"[{"type": "tensor", "tensor-spec": {"dtype": "float64", "shape": [-1, 3]}}]"#
        #expect(
            try Self.derive(Self.model("onnx", "model.onnx", inputs: tensor)).signature == nil)
    }

    @Test func tags_are_members_of_the_manifest() throws {
        let manifest = try Self.derive(
            Self.model("onnx", "model.onnx"),
            tags: [
                "vigie.namespace": "credit", "vigie.author": "risk", "team": "x",
                "vigie.decision": #"{"approveBelow": 0.05, "declineFrom": 0.15}"#,
                "vigie.labels": #"["stable"]"#, "vigie.manifest.sha256": "x", "vigie.name": "y",
            ])
        #expect(manifest.namespace == "credit" && manifest.author == "risk")
        #expect(manifest.decision?.declineFrom == 0.15 && manifest.labels == ["stable"])
        for (tag, value, problem) in [
            ("vigie.decision", "{}", "decision.approveBelow is missing"),
            ("vigie.files", "[]", "there is no tag vigie.files"),
        ] {
            do {
                _ = try Self.derive(Self.model("onnx", "model.onnx"), tags: [tag: value])
                Issue.record("accepted: \(tag)")
            } catch { #expect("\(error)".contains(problem), "\(error)") }
        }
    }

    @Test(arguments: [
        (model("sklearn", "model.pkl"), "flavor sklearn, which only Python can run"),
        (model("lightgbm", "model.skops"), "log its booster"),
        (model("xgboost", "model.pkl"), "model_format"),
        (model("onnx", "../model.onnx"), "must not contain '.' or '..'"),
        (model("onnx", "/etc/model.onnx"), "must be relative"),
        ("flavors: []", "python_function, which only Python"), ("- 1", "must be a mapping"),
        ("a: [", "no valid YAML"),
        (model("onnx", "model.onnx", inputs: "nothing"), "must be an array in JSON"),
    ])
    func what_cannot_be_served_is_refused_with_the_way_out(text: String, problem: String) {
        do {
            _ = try Self.derive(text)
            Issue.record("accepted: \(text)")
        } catch { #expect("\(error)".contains(problem), "\(error)") }
    }

    @Test func artifacts_elsewhere_than_with_the_tracking_server_are_refused() throws {
        #expect(
            try MLflowRegistry.proxiedPath("mlflow-artifacts:/0/run/artifacts/m")
                == "0/run/artifacts/m")
        #expect(try MLflowRegistry.proxiedPath("mlflow-artifacts://host:5000/0/run") == "0/run")
        for uri in ["s3://bucket/x", "file:///tmp/x", "mlflow-artifacts:/a/../b", ""] {
            #expect(throws: RemoteError.self) { try MLflowRegistry.proxiedPath(uri) }
        }
    }
}
