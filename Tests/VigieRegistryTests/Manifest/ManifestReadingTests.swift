import Testing
import VigieEngine
import VigieRegistry

@Suite struct ManifestReadingTests {
    @Test func an_autoencoder_may_explain_itself_by_its_reconstruction() throws {
        let digest = SampleManifest.digest
        func read(_ explanation: String) throws -> Manifest {
            let text = """
                {"flavor": "onnx", "files": [{"path": "model.onnx", "sha256": "\(digest)"}],
                  "explanation": \(explanation)}
                """
            return try Manifest.read(Array(text.utf8), folder: ("ae", 1))
        }
        let manifest = try read(#"{"reconstruction": true}"#)
        #expect(manifest.explainsByReconstruction)
        #expect(try !read(#"{"reconstruction": false}"#).explainsByReconstruction)
        #expect(try !read("{}").explainsByReconstruction)
        let again = try Manifest.read(Array(manifest.text.utf8), folder: ("ae", 1))
        #expect(again.explainsByReconstruction)
    }

    @Test func every_part_of_the_schema_is_read() throws {
        let manifest = try Manifest.read(
            Array(SampleManifest.full.utf8), folder: ("credit-default", 2))
        #expect(manifest.name == "credit-default" && manifest.version == 2)
        #expect(manifest.namespace == "credit" && manifest.author == "risk")
        #expect(manifest.created == "2026-11-25T18:00:00Z")
        #expect(manifest.flavor == .xgboost)
        #expect(manifest.files.map(\.path) == ["extra/notes.txt", "model.ubj"])
        #expect(manifest.files.map(\.bytes) == [nil, 12345])
        #expect(manifest.files[1].sha256.hex == SampleManifest.digest)
        #expect(manifest.entry == "model.ubj" && manifest.entryFile.path == "model.ubj")
        let features = try #require(manifest.signature).features
        #expect(
            features == [
                Feature(
                    name: "age", kind: .integer, unit: "years", description: "Age", minimum: 18,
                    maximum: 120),
                Feature(name: "income", unit: "EUR", minimum: 0, missing: .allow),
                Feature(
                    name: "purpose", kind: .category, categories: ["car", "house"], input: "cat"),
                Feature(name: "owner", kind: .boolean),
            ])
        #expect(
            manifest.calibration
                == IsotonicMap(x: [0, 0.1, 0.5, 1], y: [0.01, 0.05, 0.6, 0.9]).map {
                    .isotonic($0)
                })
        #expect(
            manifest.scorecard
                == ScorecardScale(points: 600, odds: 50, pdo: 20, minimum: 300, maximum: 850))
        #expect(
            manifest.decision == DecisionThresholds(approveBelow: 0.05, declineFrom: 0.15))
        #expect(manifest.reasons["age"] == ReasonText(code: "R01", text: "Too \"young\""))
        #expect(manifest.meanTerms == ["age": 0.12, "income": -1e-7])
        #expect(manifest.background == "extra/notes.txt")
        #expect(
            manifest.serving
                == ServingPolicy(
                    execution: .pool,
                    batching: BatchingPolicy(
                        maxRows: 128, maxDelay: .microseconds(750), preferredRows: 16)))
        #expect(manifest.labels == ["stable"])
        #expect(manifest.training.rows == 150_000 && manifest.training.seed == 1)
        #expect(manifest.metrics.map(\.name) == ["auc", "f1"])
        let reference = try #require(manifest.reference)
        #expect(reference.rows == 100 && reference.features.map(\.name) == ["age", "purpose"])
        #expect(
            reference.features[0].values
                == .histogram(Histogram(edges: [18, 30, 60], counts: [40, 60])))
        #expect(reference.features[1].missing == 1)
        #expect(reference.score == Histogram(edges: [0.1, 0.5], counts: [50, 30, 20]))
        #expect(manifest.unknown.map(\.key) == ["x-team"])
    }

    @Test func the_least_manifest_has_defaults() throws {
        let manifest = try Manifest.read(Array(SampleManifest.least.utf8), folder: ("any", 7))
        #expect(manifest.entry == "s.json")
        #expect(manifest.calibration == .none && manifest.scorecard == nil)
        #expect(manifest.signature == nil && manifest.reference == nil)
        #expect(manifest.name == nil && manifest.version == nil && manifest.unknown.isEmpty)
        #expect(manifest.serving == ServingPolicy())
    }

    @Test func a_decision_log_and_personal_features_are_read_and_written_back() throws {
        let text = """
            {"flavor": "xgboost", "files": [{"path": "model.ubj", "sha256": "\(String(repeating: "0", count: 64))"}],
            "signature": {"features": [{"name": "age", "pii": true}, {"name": "income"}]},
            "decisionLog": {"features": "values", "piiValues": true, "mode": "required"}}
            """
        let manifest = try Manifest.read(Array(text.utf8))
        #expect(manifest.signature?.features.map(\.isPersonal) == [true, false])
        #expect(
            manifest.decisionLog
                == DecisionLogPolicy(
                    features: .values, keepsPersonalValues: true, mode: .required))
        #expect(try Manifest.read(Array(manifest.text.utf8)) == manifest)
    }

    @Test func personal_values_are_kept_only_beside_the_others() throws {
        let text = SampleManifest.least.replacing(
            "{\"flavor\"", with: "{\"decisionLog\": {\"piiValues\": true}, \"flavor\"")
        let error = #expect(throws: ManifestError.self) {
            try Manifest.read(Array(text.utf8))
        }
        #expect(error?.description.contains("decisionLog.piiValues goes with") == true)
    }

    @Test func batching_has_defaults_of_its_own() throws {
        let text = SampleManifest.least.replacing(
            "{\"flavor\"", with: "{\"serving\": {\"batching\": {}}, \"flavor\"")
        let manifest = try Manifest.read(Array(text.utf8))
        #expect(manifest.serving.execution == .automatic)
        #expect(
            manifest.serving.batching
                == BatchingPolicy(maxRows: 256, maxDelay: .microseconds(500), preferredRows: 64))
        #expect(try Manifest.read(Array(manifest.text.utf8)) == manifest)
    }

    @Test(arguments: [SampleManifest.full, SampleManifest.least])
    func what_is_written_reads_the_same(text: String) throws {
        let manifest = try Manifest.read(Array(text.utf8))
        let written = manifest.text
        let again = try Manifest.read(Array(written.utf8))
        #expect(again == manifest)
        #expect(again.text == written)
        #expect(written.hasPrefix("{\n  \"schema\": 1,\n"))
    }

    @Test func a_cut_manifest_is_incomplete_at_every_byte() {
        let bytes = Array(SampleManifest.full.utf8)
        for length in 0..<bytes.count {
            do {
                _ = try Manifest.read(Array(bytes[..<length]))
                Issue.record("\(length) of \(bytes.count) bytes were taken for a manifest")
            } catch {
                #expect(error.isIncomplete, "at \(length): \(error)")
            }
        }
    }
}
