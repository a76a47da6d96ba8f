import VigieEngine

/// A manifest for a model that MLflow knows and Vigie does not, of its `MLmodel` file, its signature
/// and its tags.
///
/// A tag `vigie.<key>` of the version is the manifest's member of that key: `vigie.namespace` =
/// `credit`, `vigie.decision` = `{"approveBelow": 0.05, "declineFrom": 0.15}`. Its value is JSON, or
/// else a text.
struct MLflowDerivation: Sendable {
    let flavor: Flavor
    /// The model file.
    let entry: String
    private let model: MLmodelFile
    private let version: RemoteVersion

    /// Members of a manifest that a tag may give.
    static let tagKeys = [
        "namespace", "description", "author", "signature", "calibration", "scorecard", "decision",
        "reasons", "explanation", "serving", "decisionLog", "labels", "training", "metrics",
        "reference",
    ]
    /// Tags that mean something else.
    private static let otherTags: Set<String> = ["vigie.name", "vigie.manifest.sha256"]

    /// - Throws: `.refused` for a model that cannot be served, with the way out.
    init(_ model: MLmodelFile, _ version: RemoteVersion) throws(RemoteError) {
        (flavor, entry) = try Self.file(model)
        self.model = model
        self.version = version
    }

    private static func file(_ model: MLmodelFile) throws(RemoteError) -> (Flavor, String) {
        func refused(_ problem: String) -> RemoteError { RemoteError(.refused(.other), problem) }
        let wayOut =
            "log it with mlflow.onnx.log_model (skl2onnx converts scikit-learn models), or register "
            + "it with vigie-pipelines"
        for (name, flavor) in [
            ("onnx", Flavor.onnx), ("xgboost", .xgboost), ("lightgbm", .lightgbm),
        ] {
            guard let settings = model.flavors[name] else { continue }
            let data = settings["data"] ?? ""
            if let problem = RelativePath.problem(with: data) {
                throw refused("MLmodel: flavors.\(name).data '\(data)' \(problem)")
            }
            let file = data.split(separator: "/").last.map(String.init) ?? data
            let readable: [String]
            switch flavor {
            case .onnx: readable = [".onnx"]
            case .xgboost: readable = [".ubj", ".json", ".xgb"]
            default: readable = [".txt", ".lgb"]
            }
            guard readable.contains(where: { file.hasSuffix($0) }) else {
                let advice =
                    flavor == .lightgbm
                    ? "log its booster (model.booster_), which is written as text"
                    : "log it with model_format='ubj' or 'json'"
                throw refused(
                    "MLmodel: flavors.\(name).data is '\(data)', a file of Python's that only Python "
                        + "reads: \(advice), or \(wayOut)")
            }
            return (flavor, data)
        }
        let names = model.flavors.keys.filter { $0 != "python_function" }.sorted()
        throw refused(
            "it is of MLflow's flavor \(names.isEmpty ? "python_function" : names.joined(separator: ", ")), "
                + "which only Python can run: \(wayOut)")
    }

    /// - Parameter files: the model file, with its digest.
    /// - Throws: `.refused` for a tag that is of no use, with its name.
    func manifest(_ files: [ManifestFile]) throws(RemoteError) -> Manifest {
        var base = Manifest(flavor: flavor, files: files)
        base.description = version.attributes["description"] ?? ""
        base.author = version.attributes["user"] ?? ""
        base.created = model.created.replacing(" ", with: "T") + (model.created.isEmpty ? "" : "Z")
        base.signature = signature
        base.training.library = model.version.isEmpty ? "" : "mlflow \(model.version)"
        guard let text = (try? JSONParser.parse(Array(base.text.utf8)))?.object else { return base }
        var members = text.members
        for (tag, value) in version.attributes.sorted(by: { $0.key < $1.key })
        where tag.hasPrefix(MLflowRegistry.tagPrefix) && !Self.otherTags.contains(tag) {
            let key = String(tag.dropFirst(MLflowRegistry.tagPrefix.count))
            guard Self.tagKeys.contains(key) else {
                throw RemoteError(
                    .refused(.other),
                    "there is no tag \(tag): a manifest's members by tag are "
                        + Self.tagKeys.map { MLflowRegistry.tagPrefix + $0 }.joined(separator: ", ")
                )
            }
            members.removeAll { $0.key == key }
            let json = try? JSONParser.parse(Array(value.utf8), depthMax: 16)
            let isText = ["namespace", "description", "author"].contains(key)
            members.append((key, isText ? .string(value) : json ?? .string(value)))
        }
        // No key is there twice.
        let whole = JSONObject(members).map { JSONWriter.text(.object($0)) } ?? base.text
        do { return try Manifest.read(Array(whole.utf8)) } catch {
            throw RemoteError(
                .refused(.other), "of MLmodel and the tags vigie.*: \(error.path) \(error.problem)")
        }
    }

    /// The named columns; what may be missing, the model decides: XGBoost and LightGBM take it.
    private var signature: Signature? {
        guard let columns = model.columns else { return nil }
        var features: [Feature] = []
        for column in columns {
            let kind: Feature.Kind
            switch column.type {
            case "double", "float": kind = .number
            case "long", "integer": kind = .integer
            case "boolean": kind = .boolean
            // A text's categories are not in the file: the model file's own signature has to do.
            default: return nil
            }
            let takesMissing = flavor != .onnx || !column.isRequired
            // LightGBM writes underscores for spaces in the names of its file.
            let name =
                flavor == .lightgbm ? column.name.replacing(" ", with: "_") : column.name
            features.append(
                Feature(name: name, kind: kind, missing: takesMissing ? .allow : .reject))
        }
        return Signature(features: features)
    }
}
