import Testing
import VigieRegistry

/// One wrong thing at a time, and what is said about it.
@Suite struct ManifestRefusalTests {
    struct Change: Sendable, CustomTestStringConvertible {
        let old: String
        let new: String
        let message: String

        init(_ old: String, _ new: String, _ message: String) {
            self.old = old
            self.new = new
            self.message = message
        }

        var testDescription: String { message }
    }

    static let identity = [
        Change("\"schema\": 1", "\"schema\": 2", "schema must be 1: this Vigie knows no other"),
        Change(
            "\"xgboost\"", "\"caffe\"", #"flavor must be one of "onnx", "xgboost", "scorecard""#),
        Change("\"flavor\": \"xgboost\",", "", "flavor is missing"),
        Change("\"credit-default\"", "\"Credit\"", "name must be at most 128 lower-case letters"),
        Change(
            "\"credit-default\"", "\"other\"",
            "name is \"other\", but the folder is that of \"credit-default\""),
        Change(
            "\"version\": 2", "\"version\": 3", "version is 3, but the folder is that of version 2"),
        Change("\"version\": 2", "\"version\": 2.5", "version must be a whole number"),
        Change("\"version\": 2", "\"version\": 0", "version must be from 1 to"),
        Change("\"author\": \"risk\"", "\"author\": 7", "author must be a string, not a number"),
    ]

    static let files = [
        Change(
            "model.ubj\", \"sha", "../model.ubj\", \"sha",
            "files[1].path must not contain '.' or '..'"),
        Change("model.ubj\", \"sha", "/model.ubj\", \"sha", "files[1].path must be relative"),
        Change("model.ubj\", \"sha", "a//b\", \"sha", "files[1].path must not contain empty parts"),
        Change("model.ubj\", \"sha", "\", \"sha", "files[1].path must not be empty"),
        Change(
            "model.ubj\", \"sha", "a\\u0000b\", \"sha", "files[1].path must not contain control"),
        Change(
            "model.ubj\", \"sha", "manifest.json\", \"sha",
            "files[1].path must not be the manifest itself"),
        Change("model.ubj\", \"sha", "extra/notes.txt\", \"sha", "files[1].path is there twice"),
        Change("12345", "-1", "files[1].bytes must be from 0 to"),
        Change("12345", "1e30", "files[1].bytes must be a whole number"),
        Change(
            "\(SampleManifest.digest)\", \"bytes", "abc\", \"bytes",
            "files[1].sha256 must be 64 hexadecimal digits"),
        Change(
            "\"entry\": \"model.ubj\"", "\"entry\": \"m\"",
            "entry must be the path of one of the files"),
    ]

    static let signature = [
        Change(
            "\"min\": 18", "\"min\": \"18\"",
            "signature.features[0].min must be a number, not a string"),
        Change(
            "\"min\": 18", "\"min\": 121",
            "signature.features[0].min must be at most max, which is 120"),
        Change("\"min\": 18", "\"min\": NaN", "signature.features[0].min must be finite"),
        Change(
            "\"name\": \"income\"", "\"name\": \"age\"",
            "signature.features[1].name is there twice: \"age\""),
        Change(
            "\"name\": \"income\"", "\"name\": \"\"", "signature.features[1].name must not be empty"
        ),
        Change(
            "\"kind\": \"integer\"", "\"kind\": \"int\"",
            "signature.features[0].kind must be one of \"number\""),
        Change(
            "\"missing\": \"allow\"", "\"missing\": true",
            "signature.features[1].missing must be a string, not a boolean"),
        Change(
            "[\"car\", \"house\"]", "[\"car\", \"car\"]",
            "signature.features[2].categories[1] is there twice"),
        Change(
            "[\"car\", \"house\"]", "[]", "signature.features[2].categories must hold at least one"),
        Change(
            "[\"car\", \"house\"]", "[1, 2]",
            "signature.features[2].categories[0] must be a string, not a number"),
        Change(
            "\"categories\": [\"car\", \"house\"], ", "",
            "signature.features[2].name is a category and needs"),
        Change(
            "\"kind\": \"category\"", "\"kind\": \"number\"",
            "signature.features[2].categories must be absent"),
        Change(
            "\"kind\": \"boolean\"", "\"kind\": \"boolean\", \"max\": 1",
            "signature.features[3].max must be absent"),
    ]

    static let scoring = [
        Change(
            "[0, 0.1, 0.5, 1]", "[0, 0.1, 0.5]",
            "calibration.y must have as many elements as x: 3, not 4"),
        Change(
            "[0, 0.1, 0.5, 1]", "[0, 0.5, 0.1, 1]",
            "calibration.x must not descend, as it does at element 2"),
        Change("[0, 0.1, 0.5, 1]", "[0, 0.1, 0.5, 2]", "calibration.x must hold probabilities"),
        Change(
            "[0, 0.1, 0.5, 1]", "[0, 0.1, 0.5, \"1\"]",
            "calibration.x[3] must be a number, not a string"),
        Change("0.6, 0.9]", "0.6, 0.5]", "calibration.y must not descend, as it does at element 3"),
        Change(
            "\"isotonic\"", "\"beta\"",
            "calibration.method must be one of \"none\", \"platt\", \"isotonic\""),
        Change("\"isotonic\"", "\"platt\"", "calibration.slope is missing"),
        Change("\"odds\": 50", "\"odds\": 0", "scorecard.odds must be above 0"),
        Change("\"pdo\": 20", "\"pdo\": -20", "scorecard.pdo must be above 0"),
        Change("\"min\": 300", "\"min\": 900", "scorecard.min must be at most max, which is 850"),
        Change(
            "\"approveBelow\": 0.05", "\"approveBelow\": 0.5",
            "decision.approveBelow must be at most declineFrom, which is 0.15"),
        Change(
            "\"declineFrom\": 0.15", "\"declineFrom\": 1.5",
            "decision.declineFrom must be from 0 to 1"),
        Change("\"R01\"", "1", "reasons.age.code must be a string, not a number"),
        Change(
            "\"age\": {\"code\"", "\"size\": {\"code\"",
            "reasons[\"size\"] is for a feature that the model lacks"),
        Change(
            "{\"age\": 0.12", "{\"size\": 0.12", "explanation.meanTerms[\"size\"] is for a feature"),
    ]

    static let serving = [
        Change(
            "\"execution\": \"pool\"", "\"execution\": \"gpu\"",
            #"serving.execution must be one of "automatic", "inline", "pool""#),
        Change("\"maxRows\": 128", "\"maxRows\": 0", "serving.batching.maxRows must be from 1 to"),
        Change(
            "\"maxDelayMicroseconds\": 750", "\"maxDelayMicroseconds\": -1",
            "serving.batching.maxDelayMicroseconds must be from 0 to"),
        Change(
            "\"preferredRows\": 16", "\"preferredRows\": 129",
            "serving.batching.preferredRows must be at most maxRows, which is 128"),
    ]

    static let records = [
        Change("[\"stable\"]", "\"stable\"", "labels must be an array, not a string"),
        Change("\"rows\": 150000", "\"rows\": -5", "training.rows must be from 0 to"),
        Change("\"auc\": 0.867", "\"auc\": \"good\"", "metrics.auc must be a number, not a string"),
        Change(
            "[18, 30, 60]", "[18, 60, 30]",
            "reference.features.age.edges must ascend, as it does not at element 2"),
        Change(
            "[40, 60]", "[40, 60, 1]",
            "reference.features.age.counts must have 2 elements (bins between edges) or 4"),
        Change(
            "[40, 60]", "[40, 0.5]", "reference.features.age.counts[1] must be a count from 0 on"),
        Change(
            "\"car\": 60", "\"car\": {}",
            "reference.features.purpose.categories.car must be a number, not an object"),
    ]

    @Test(arguments: identity + files + signature + scoring + serving + records)
    func a_wrong_value_is_refused_with_its_place(change: Change) throws {
        #expect(SampleManifest.full.contains(change.old))
        let text = Self.replaceFirst(change.old, by: change.new, in: SampleManifest.full)
        let error = #expect(throws: ManifestError.self) {
            try Manifest.read(Array(text.utf8), folder: ("credit-default", 2))
        }
        let message = try #require(error).description
        #expect(message.hasPrefix("manifest.json: \(change.message)"), "\(message)")
    }

    @Test func what_is_no_object_is_refused() {
        for text in ["[]", "1", "null", "\"a\"", "{\"flavor\": \"onnx\", \"files\": []}"] {
            #expect(throws: ManifestError.self, "\(text)") { try Manifest.read(Array(text.utf8)) }
        }
    }

    @Test func deep_nesting_is_refused() {
        let text = String(repeating: "[", count: 100_000)
        #expect(throws: ManifestError.self) { try Manifest.read(Array(text.utf8)) }
    }

    private static func replaceFirst(_ old: String, by new: String, in text: String) -> String {
        guard let range = text.firstRange(of: old) else { return text }
        return String(text[..<range.lowerBound]) + new + String(text[range.upperBound...])
    }
}
