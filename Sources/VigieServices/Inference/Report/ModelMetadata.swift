import VigieEngine
import VigieProtos
import VigieRegistry

extension Inference.ModelMetadataResponse {
    /// Tells what a version takes and gives, and what its manifest says of it.
    /// - Parameter model: all that is served of it; nil when it has just gone.
    func describe(_ served: ServedVersion, of model: ServedModel?) {
        name = served.name
        for version in model?.versions ?? [] { appendVersions(version.version) }
        setPlatform(served.model.platform)
        for input in served.inputs { addInputs().describe(input) }
        for output in served.outputs { addOutputs().describe(output) }
        for (key, value) in served.model.properties { addProperties(key: key, value: value) }
        if let labels = model?.labelText { addProperties(key: "version_labels", value: labels) }
    }
}

extension Inference.ModelMetadataResponse.TensorMetadata {
    func describe(_ tensor: ServedTensor) {
        name = tensor.name
        datatype = tensor.typeName
        setShape(tensor.extents.map(Int64.init))
    }
}

extension ServedModel {
    /// Its labels and the version that each means, `{"champion": 3}`; nil without any. Not the labels of
    /// a version's manifest, which never move.
    fileprivate var labelText: String? {
        guard !labels.isEmpty else { return nil }
        return ModelLabels.text(labels.reduce(into: [:]) { $0[$1.name] = $1.served.model.version })
    }
}

extension LoadedModel {
    /// What the columns of `explanation.contributions` are, and how many outputs can be explained;
    /// nothing for a model that cannot.
    private var explained: [(String, String)] {
        guard artifact.explainedOutputCount > 0, artifact.rowColumns != nil else { return [] }
        let names = artifact.signature.features.map { JSONWriter.string($0.name) }
        return [
            ("explained_features", "[" + names.joined(separator: ", ") + "]"),
            ("explained_outputs", String(artifact.explainedOutputCount)),
        ]
    }

    /// "vigie_xgboost".
    var platform: String { "vigie_\(manifest.flavor.rawValue)" }

    /// What an auditor asks of a version first; only what the manifest says.
    var properties: [(String, String)] {
        let training = manifest.training
        let all = [
            ("version", versionText), ("flavor", manifest.flavor.rawValue),
            ("namespace", manifest.namespace), ("description", manifest.description),
            ("created", manifest.created), ("author", manifest.author),
            ("manifest_sha256", manifestDigest.description),
            ("labels", manifest.labels.joined(separator: ",")),
            ("training_dataset", training.dataset),
            ("training_fingerprint", training.fingerprint),
            ("training_library", training.library),
        ]
        return all.filter { !$0.1.isEmpty } + explained
            + manifest.metrics.map { ("metric_\($0.name)", "\($0.value)") }
    }
}
