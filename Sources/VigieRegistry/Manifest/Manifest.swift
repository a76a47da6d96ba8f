import VigieCrypto
import VigieEngine

/// What `registry/<name>/<version>/manifest.json` says about a version of a model.
///
/// Only `flavor` and `files` must be there; everything else has a default or may be absent. Keys
/// that Vigie does not know are kept in ``unknown`` and written back. ``read(_:folder:)`` refuses
/// what is of the wrong type or value, with the JSON path of it.
package struct Manifest: Sendable, Equatable {
    /// The only schema there is.
    package static let schema = 1
    /// The file's name in a version's folder.
    package static let fileName = "manifest.json"

    /// The model's name; nil when the manifest leaves it to the folder.
    package var name: String?
    /// The version; nil when the manifest leaves it to the folder.
    package var version: Int?
    /// A free label of what the model decides on, for example "credit" or "hr-candidate".
    package var namespace = ""
    package var description = ""
    /// When it was made, RFC 3339 as written; not interpreted.
    package var created = ""
    package var author = ""
    package var flavor: Flavor
    /// The payload: never empty, paths unique.
    package var files: [ManifestFile]
    /// The model file's path: that of one of ``files``.
    package var entry: String
    /// The features; nil derives them from the model file.
    package var signature: Signature?
    package var calibration = Calibration.none
    /// How a probability of default becomes points; nil when the model is no credit scorecard.
    package var scorecard: ScorecardScale?
    /// Where approval ends and refusal begins; nil when the model does not decide.
    package var decision: DecisionThresholds?
    /// What to tell an applicant, by feature.
    package var reasons: [String: ReasonText] = [:]
    /// Linear ONNX models: each feature's mean term over the training data.
    package var meanTerms: [String: Double] = [:]
    /// Tree models: the file of ``files`` with the rows that interventional explanations are
    /// against; nil explains by the trees' covers.
    package var background: String?
    /// Autoencoders: whether the score is the error of the reconstruction.
    package var explainsByReconstruction = false
    /// Where and how requests run; the default leaves it to the pod.
    package var serving = ServingPolicy()
    /// What the decision log keeps of this version's decisions.
    package var decisionLog = DecisionLogPolicy()
    /// Movable names that the author suggests: "stable", "canary".
    package var labels: [String] = []
    package var training = TrainingRecord()
    /// Measured at training, in the manifest's order: "auc", "f1", "ece", …
    package var metrics: [NamedMetric] = []
    /// The training data's distributions, for drift; nil when there are none.
    package var reference: ReferenceStatistics?
    /// Top-level keys that this version of Vigie does not know, as they were.
    package var unknown: [UnknownKey] = []

    package init(flavor: Flavor, files: [ManifestFile], entry: String? = nil) {
        precondition(!files.isEmpty, "a manifest names at least one file")
        self.flavor = flavor
        self.files = files
        self.entry = entry ?? files[0].path
    }

    /// The file that the engine loads.
    package var entryFile: ManifestFile {
        // `entry` is one of `files`, as the reader has checked; the first is what it defaults to.
        files.first { $0.path == entry } ?? files[0]
    }
}

/// One payload file of a version.
package struct ManifestFile: Sendable, Equatable {
    /// Relative to the version's folder, with `/` between parts; never leads out of it.
    package var path: String
    package var sha256: SHA256Digest
    /// The file's size; nil when the manifest does not say.
    package var bytes: Int?

    package init(path: String, sha256: SHA256Digest, bytes: Int? = nil) {
        self.path = path
        self.sha256 = sha256
        self.bytes = bytes
    }
}

/// A figure measured at training.
package struct NamedMetric: Sendable, Equatable {
    package var name: String
    package var value: Double

    package init(name: String, value: Double) {
        self.name = name
        self.value = value
    }
}

/// A top-level key that Vigie does not know.
package struct UnknownKey: Sendable, Equatable {
    package var key: String
    package var value: JSONValue

    package init(key: String, value: JSONValue) {
        self.key = key
        self.value = value
    }
}
