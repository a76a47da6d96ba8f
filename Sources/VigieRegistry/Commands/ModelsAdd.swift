import Glibc
import VigieCrypto
import VigieEngine

/// `vigie models add`: makes a model file the next version of a model, ready to be served.
package struct ModelsAdd: Sendable {
    /// What is known about the model beside its file.
    package struct Request: Sendable {
        /// The model file: `.onnx`, `.ubj`, `.json` or `.txt`.
        package var file: String
        /// The model's name in the registry.
        package var name: String
        /// Nil: by the file's ending and content.
        package var flavor: Flavor?
        package var description = ""
        package var author = ""
        package var namespace = ""
        package var labels: [String] = []
        /// RFC 3339.
        package var created: String
        package var decision: DecisionThresholds?
        package var scorecard: ScorecardScale?
        /// Nil: as the version before if that is inherited from, else the default.
        package var decisionLog: DecisionLogPolicy?
        /// Features whose values are personal data.
        package var personal: [String] = []
        /// Whether what people wrote for the newest version (signature, reasons, decision,
        /// scorecard, decision log, namespace, description) is taken over where this request says nothing. Its
        /// calibration is not: it belongs to that model alone.
        package var inherits = false

        package init(file: String, name: String, created: String) {
            self.file = file
            self.name = name
            self.created = created
        }
    }

    package let name: String
    package let version: Int
    package let manifest: Manifest
    package let latency: WarmUpLatency
    /// Whether it could decide on credit.
    private let givesProbability: Bool

    /// Loads the file as a pod would and publishes it with its manifest: a pod that watches sees the
    /// version whole.
    /// - Parameters:
    ///   - writer: of the loader's registry; nil for a folder's own.
    ///   - key: signs the manifest.
    /// - Throws: what is wrong with the name, the file, or the folder; nothing is then left behind.
    package init(
        _ loader: VersionLoader, _ request: Request, writer: (any RegistryWriter)? = nil,
        key: SigningKey? = nil
    ) throws(RegistryError) {
        guard ModelName.isValid(request.name) else {
            throw RegistryError(
                .refused, "'\(request.name)' is no model's name: it must be \(ModelName.rule)")
        }
        let source = loader.source
        let target: any RegistryWriter
        if let writer { target = writer } else { target = try Self.folderWriter(source) }
        let existing = try source.scan().models.first { $0.name == request.name }
        var previous: Manifest?
        if request.inherits { previous = try Self.newest(existing, source) }
        var bytes = try Self.read(request.file)
        let flavor = try Self.flavor(of: request, bytes)
        if flavor == .pipeline { bytes = try PipelinePins.add(to: bytes, loader) }
        var manifest = Self.manifest(request, flavor: flavor, bytes: bytes, previous: previous)
        let artifact = try loader.compile(manifest, bytes)
        // A graph over plain tensors has no features to name.
        if manifest.signature == nil, !artifact.signature.features.isEmpty {
            manifest.signature = artifact.signature
        }
        try Self.mark(request.personal, in: &manifest)
        // What a file calls its features and categories may be more than a manifest takes.
        do throws(ManifestError) {
            _ = try Manifest.read(Array(manifest.text.utf8))
        } catch { throw RegistryError(.refused, "\(error)") }
        latency = try WarmUp.run(artifact)
        givesProbability = artifact.scoresRows && artifact.link == .logit
        let first = (existing?.versions.last ?? 0) + 1
        let path = manifest.entry
        let made = manifest
        version = try target.publish(
            request.name, from: first, payload: [PayloadFile(path: path, bytes: bytes)]
        ) { number throws(RegistryError) in
            var numbered = made
            numbered.version = number
            return try VersionTexts(numbered, key: key)
        }
        manifest.version = version
        name = request.name
        self.manifest = manifest
    }

    /// What the command prints.
    package var text: String {
        let features = manifest.signature.map { "\($0.features.count) features, " } ?? ""
        let files = manifest.files.reduce(0) { $0 + ($1.bytes ?? 0) }
        var text =
            "Added \(name) version \(version): \(manifest.flavor.rawValue), \(features)"
            + "\(Readable.bytes(files))"
        if let score = latency.score {
            text += ", \(Readable.duration(score)) a score"
        } else if let tensors = latency.tensors {
            text += ", \(Readable.duration(tensors)) a request"
        }
        text += ".\n"
        if givesProbability, manifest.decision == nil || manifest.scorecard == nil {
            text +=
                "It has no decision thresholds or scorecard yet, so CreditScoring refuses it; give "
                + "--approve-below, --decline-from, --points, or --inherit.\n"
        }
        return text
    }

    // MARK: Steps

    private static func newest(_ model: ModelListing?, _ source: any RegistrySource)
        throws(RegistryError) -> Manifest?
    {
        guard let model, let version = model.versions.last else {
            throw RegistryError(.notFound, "there is no earlier version to inherit from")
        }
        return try VersionLoader(source).inspect(model.name, version).manifest
    }

    private static func read(_ file: String) throws(RegistryError) -> [UInt8] {
        let parts = file.split(separator: "/", omittingEmptySubsequences: true)
        guard let last = parts.last else {
            throw RegistryError(.refused, "'\(file)' is no file")
        }
        let folder = String(file.dropLast(last.utf8.count))
        do throws(FileError) {
            return try OpenFolder(folder.isEmpty ? "." : folder)
                .read(String(last), bytesMax: ManifestLimits.fileBytesMax)
        } catch { throw RegistryError(.refused, "\(error)") }
    }

    private static func flavor(of request: Request, _ bytes: [UInt8]) throws(RegistryError)
        -> Flavor
    {
        if let flavor = request.flavor { return flavor }
        let file = request.file
        if file.hasSuffix(".onnx") { return .onnx }
        if file.hasSuffix(".ubj") || file.hasSuffix(".ubjson") {
            // The format is the first thing that such a file says.
            let start = String(decoding: bytes.prefix(64), as: UTF8.self)
            return start.contains("vigie-forest") ? .forest : .xgboost
        }
        if file.hasSuffix(".json") {
            let document = try? JSONParser.parse(bytes)
            if document?["__prophet_version"] != nil { return .prophet }
            switch document?["format"]?.string {
            case "vigie-scorecard": return .scorecard
            case "vigie-arima": return .arima
            case "vigie-forest": return .forest
            case "vigie-rules": return .rules
            case "vigie-watchlist": return .watchlist
            case "vigie-pipeline": return .pipeline
            default: return .xgboost
            }
        }
        if file.hasSuffix(".txt"), bytes.starts(with: "tree".utf8) { return .lightgbm }
        throw RegistryError(
            .refused,
            "the ending of '\(file)' says nothing: rename it to .onnx, .ubj, .json or .txt (LightGBM), "
                + "or give --flavor"
        )
    }

    private static func manifest(
        _ request: Request, flavor: Flavor, bytes: [UInt8], previous: Manifest?
    ) -> Manifest {
        let path =
            switch flavor {
            case .onnx: "model.onnx"
            case .xgboost: request.file.hasSuffix(".json") ? "model.json" : "model.ubj"
            case .lightgbm: "model.txt"
            case .forest: request.file.hasSuffix(".json") ? "forest.json" : "forest.ubj"
            case .scorecard: "scorecard.json"
            case .arima: "arima.json"
            case .prophet: "prophet.json"
            case .rules: "rules.json"
            case .watchlist: "watchlist.json"
            case .pipeline: "pipeline.json"
            }
        var manifest = Manifest(
            flavor: flavor,
            files: [
                ManifestFile(path: path, sha256: SHA256.digest(of: bytes), bytes: bytes.count)
            ])
        manifest.name = request.name
        manifest.created = request.created
        manifest.author = request.author
        manifest.labels = request.labels
        manifest.namespace =
            request.namespace.isEmpty ? previous?.namespace ?? "" : request.namespace
        manifest.description =
            request.description.isEmpty ? previous?.description ?? "" : request.description
        manifest.decision = request.decision ?? previous?.decision
        manifest.scorecard = request.scorecard ?? previous?.scorecard
        manifest.decisionLog =
            request.decisionLog ?? previous?.decisionLog ?? DecisionLogPolicy()
        manifest.signature = previous?.signature
        manifest.reasons = previous?.reasons ?? [:]
        return manifest
    }

    /// Marks features as personal.
    private static func mark(
        _ names: [String], in manifest: inout Manifest
    ) throws(RegistryError) {
        for name in names {
            guard
                let index = manifest.signature?.features.firstIndex(where: { $0.name == name })
            else {
                throw RegistryError(
                    .refused, "there is no feature '\(name)' that could be marked as personal")
            }
            manifest.signature?.features[index].isPersonal = true
        }
    }

    private static func folderWriter(_ source: any RegistrySource) throws(RegistryError)
        -> any RegistryWriter
    {
        guard let folder = source as? FolderSource else {
            throw RegistryError(.refused, "\(source.place) is no folder: it needs a writer")
        }
        return FolderWriter(folder)
    }
}
