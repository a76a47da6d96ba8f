import Foundation
import Testing
import VigieEngine

/// Files and signatures that are refused, and what is said about them.
@Suite struct XGBoostRefusalTests {
    private func load(
        _ bytes: [UInt8], _ signature: Signature? = nil
    ) throws -> Artifact {
        try ArtifactSource(
            flavor: .xgboost, fileName: "model.json", bytes: bytes, signature: signature
        ).load()
    }

    private func refusal(_ bytes: [UInt8], _ signature: Signature? = nil) -> LoadError? {
        do {
            _ = try load(bytes, signature)
            return nil
        } catch {
            return error as? LoadError
        }
    }

    /// The model of the "json" case with a part replaced, everywhere.
    private func edited(
        _ part: String, _ replacement: String, of name: String = "json"
    ) throws -> [UInt8] {
        let text = String(decoding: try XGBoostCase.named(name).bytes(), as: UTF8.self)
        let edited = text.replacingOccurrences(of: part, with: replacement)
        #expect(edited != text)
        return [UInt8](edited.utf8)
    }

    @Test(arguments: [
        (
            "binary:logistic", "my:own", LoadError.Reason.unsupported,
            "learner.objective.name: objective 'my:own'"
        ),
        ("\"gbtree\"}", "\"forest\"}", .unsupported, "booster 'forest' is not supported"),
        (
            "\"size_leaf_vector\":\"1\"", "\"size_leaf_vector\":\"3\"", .corrupt,
            "leaves of 3 values for 1 targets"
        ),
        ("\"num_feature\":\"6\"", "\"num_feature\":\"2\"", .corrupt, "the feature is out of range"),
        ("\"num_feature\":\"6\"", "\"num_feature\":\"-6\"", .corrupt, "num_feature"),
        ("\"num_feature\":\"6\"", "\"num_feature\":\"99999999999\"", .limit, "num_feature"),
        ("\"num_class\":\"0\"", "\"num_class\":\"99999999999\"", .limit, "num_class"),
        ("[3E-1]", "[NaN]", .corrupt, "base_score"), ("[3E-1]", "[2E0]", .corrupt, "base_score"),
        ("[3E-1]", "[3E-1,3E-1]", .corrupt, "2 values for 1 outputs"),
        ("[3E-1]", "[[3E-1]]", .corrupt, "base_score"), ("[3E-1]", "", .corrupt, "base_score"),
        ("\"tree_info\":[0,", "\"tree_info\":[1,", .corrupt, "target is out of range"),
        ("\"num_trees\":\"5\"", "\"num_trees\":\"6\"", .corrupt, "num_trees"),
        ("\"left_children\":[1,", "\"left_children\":[0,", .corrupt, "tree 0, node 0: child 0"),
        ("\"left_children\":[1,", "\"left_children\":[9999,", .corrupt, "child is out of range"),
        ("\"left_children\":[1,", "\"left_children\":[1.5,", .corrupt, "expected whole numbers"),
        ("\"split_type\":[0,", "\"split_type\":[1,", .corrupt, "node 0 has no categories"),
        ("\"split_type\":[0,", "\"split_type\":[7,", .unsupported, "split type 7"),
        ("\"split_indices\":[", "\"split_indices\":[0,", .corrupt, "elements where"),
        ("\"split_conditions\":[", "\"split_conditions\":[NaN,", .corrupt, "elements where"),
        ("\"learner\":", "\"learned\":", .corrupt, "'learner' is missing"),
    ])
    func broken_fields_are_named(
        part: String, replacement: String, reason: LoadError.Reason, message: String
    ) throws {
        let refusal = try #require(refusal(try edited(part, replacement)))
        #expect(refusal.reason == reason)
        #expect(refusal.message.hasPrefix("model.json: ") && refusal.message.contains(message))
    }

    @Test(arguments: [
        ("\"categories_segments\":[0,", "\"categories_segments\":[999999,"),
        ("\"categories_segments\":[0,", "\"categories_segments\":[-1,"),
        ("\"categories_sizes\":[", "\"categories_sizes\":[1e15,"),
        ("\"categories\":[", "\"categories\":[-1,"),
        ("\"categories_nodes\":[", "\"categories_nodes\":[0.5,"),
    ])
    func broken_categories_are_refused(part: String, replacement: String) throws {
        let bytes = try edited(part, replacement, of: "categories-codes")
        #expect(refusal(bytes)?.reason == .corrupt)
    }

    @Test func other_formats_are_refused_with_what_to_do() {
        #expect(refusal([])?.reason == .corrupt)
        #expect(refusal([UInt8]("binf".utf8))?.message.contains("saved again by XGBoost") == true)
        #expect(refusal([UInt8]("{}".utf8))?.reason == .corrupt)
        #expect(refusal([UInt8]("{\"learner\": []}".utf8))?.reason == .corrupt)
        let nested = String(repeating: "[", count: 100_000)
        #expect(refusal([UInt8]("{\"learner\": \(nested)".utf8))?.reason == .corrupt)
        #expect(refusal([UInt8]("{i\u{1}a".utf8) + [UInt8](nested.utf8))?.reason == .corrupt)
    }

    @Test func every_truncation_is_refused() throws {
        for name in ["stumps", "json-1.3"] {
            let bytes = try XGBoostCase.named(name).bytes()
            for count in stride(from: 0, to: bytes.count, by: 37) {
                #expect(refusal(Array(bytes[..<count]))?.reason == .corrupt)
            }
        }
    }

    @Test func shapes_that_do_not_fit_are_the_callers_errors() throws {
        let artifact = try XGBoostCase.named("json").load()
        let workspace = artifact.makeWorkspace()
        for shape in [[3], [3, 5], [3, 7], [1, 3, 6]] {
            workspace.inputs[0].reshape(TensorShape(shape))
            #expect { try artifact.run(workspace) } throws: {
                ($0 as? InferenceError)?.reason == .input
            }
        }
        #expect(try artifact.predict([], columns: 6) == [])
    }
}
