import VigieCrypto
import VigieEngine

extension Manifest {
    /// Reads and checks a manifest.
    /// - Parameters:
    ///   - bytes: of manifest.json.
    ///   - folder: the names of the model's and the version's folder, which a name and a version in
    ///     the manifest must match; nil does not check.
    package static func read(_ bytes: [UInt8], folder: (name: String, version: Int)? = nil)
        throws(ManifestError) -> Manifest
    {
        guard bytes.count <= ManifestLimits.bytesMax else {
            throw ManifestError("", "must have at most \(ManifestLimits.bytesMax) bytes")
        }
        let document: JSONValue
        do { document = try JSONParser.parse(bytes, depthMax: ManifestLimits.depthMax) } catch {
            throw ManifestError("", "is no valid JSON: \(error)", isIncomplete: true)
        }
        let manifest = try ManifestReader.read(ManifestNode(document))
        if let folder { try manifest.check(folder: folder) }
        return manifest
    }

    private func check(folder: (name: String, version: Int)) throws(ManifestError) {
        if let name, name != folder.name {
            throw ManifestError(
                "name", "is \"\(name)\", but the folder is that of \"\(folder.name)\"")
        }
        if let version, version != folder.version {
            throw ManifestError(
                "version", "is \(version), but the folder is that of version \(folder.version)")
        }
    }

    /// Checks what the manifest says of features against those that the model has.
    package func check(against signature: Signature) throws(ManifestError) {
        let names = Set(signature.features.map(\.name))
        for name in reasons.keys.sorted() where !names.contains(name) {
            throw ManifestError("reasons[\"\(name)\"]", "is for a feature that the model lacks")
        }
        for name in meanTerms.keys.sorted() where !names.contains(name) {
            throw ManifestError(
                "explanation.meanTerms[\"\(name)\"]", "is for a feature that the model lacks")
        }
    }
}

/// From JSON to ``Manifest``, one function a part.
enum ManifestReader {
    private static let knownKeys: Set<String> = [
        "schema", "name", "version", "namespace", "description", "created", "author", "flavor",
        "files", "entry", "signature", "calibration", "scorecard", "decision", "reasons",
        "explanation", "serving", "decisionLog", "labels", "training", "metrics", "reference",
    ]

    static func read(_ root: ManifestNode) throws(ManifestError) -> Manifest {
        if let schema = try root.optional("schema") {
            guard try schema.integer(1...1 << 31) == Manifest.schema else {
                throw schema.error("must be 1: this Vigie knows no other")
            }
        }
        let flavor = try root.required("flavor").choice(Flavor.self)
        let files = try readFiles(root.required("files"))
        var manifest = Manifest(flavor: flavor, files: files)
        if let entry = try root.optional("entry") {
            manifest.entry = try entry.text()
            guard files.contains(where: { $0.path == manifest.entry }) else {
                throw entry.error("must be the path of one of the files")
            }
        }
        try readIdentity(root, &manifest)
        if let signature = try root.optional("signature") {
            manifest.signature = try SignatureReader.read(signature)
        }
        try readScoring(root, &manifest)
        if let signature = manifest.signature { try manifest.check(against: signature) }
        if let serving = try root.optional("serving") {
            manifest.serving = try ServingReader.read(serving)
        }
        if let policy = try root.optional("decisionLog") {
            manifest.decisionLog = try DecisionLogReader.read(policy)
        }
        try readRecord(root, &manifest)
        for member in try root.object().members where !knownKeys.contains(member.key) {
            manifest.unknown.append(UnknownKey(key: member.key, value: member.value))
        }
        return manifest
    }

    private static func readIdentity(_ root: ManifestNode, _ manifest: inout Manifest)
        throws(ManifestError)
    {
        if let node = try root.optional("name") {
            let name = try node.text()
            guard ModelName.isValid(name) else { throw node.error("must be \(ModelName.rule)") }
            manifest.name = name
        }
        manifest.version = try root.optional("version")?.integer(1...1 << 53)
        manifest.namespace = try root.optional("namespace")?.text() ?? ""
        manifest.description = try root.optional("description")?.text() ?? ""
        manifest.created = try root.optional("created")?.text() ?? ""
        manifest.author = try root.optional("author")?.text() ?? ""
    }

    private static func readFiles(_ node: ManifestNode) throws(ManifestError) -> [ManifestFile] {
        let nodes = try node.elements(max: ManifestLimits.filesMax)
        guard !nodes.isEmpty else { throw node.error("must name at least one file") }
        var files: [ManifestFile] = []
        var paths: Set<String> = []
        for node in nodes {
            let pathNode = try node.required("path")
            let path = try pathNode.text()
            if let problem = RelativePath.problem(with: path) { throw pathNode.error(problem) }
            guard paths.insert(path).inserted else { throw pathNode.error("is there twice") }
            let digestNode = try node.required("sha256")
            guard let digest = SHA256Digest(hex: try digestNode.text()) else {
                throw digestNode.error("must be 64 hexadecimal digits")
            }
            let bytes = try node.optional("bytes")?.integer(0...ManifestLimits.fileBytesMax)
            files.append(ManifestFile(path: path, sha256: digest, bytes: bytes))
        }
        return files
    }

    private static func readScoring(_ root: ManifestNode, _ manifest: inout Manifest)
        throws(ManifestError)
    {
        if let node = try root.optional("calibration") {
            manifest.calibration = try ScoringReader.readCalibration(node)
        }
        if let node = try root.optional("scorecard") {
            manifest.scorecard = try ScoringReader.readScale(node)
        }
        if let node = try root.optional("decision") {
            manifest.decision = try ScoringReader.readDecision(node)
        }
        if let node = try root.optional("reasons") {
            manifest.reasons = try ScoringReader.readReasons(node)
        }
        if let node = try root.optional("explanation") {
            manifest.background = try readBackground(node, manifest.files)
            if let reconstruction = try node.optional("reconstruction") {
                manifest.explainsByReconstruction = try reconstruction.boolean()
                guard manifest.background == nil || !manifest.explainsByReconstruction else {
                    throw reconstruction.error("goes with no background")
                }
            }
        }
        if let terms = try root.optional("explanation")?.optional("meanTerms") {
            for (name, term) in try terms.members(max: ManifestLimits.featuresMax) {
                manifest.meanTerms[name] = try term.number()
            }
        }
    }

    /// The file of the background; nil for the method "path_dependent".
    private static func readBackground(_ node: ManifestNode, _ files: [ManifestFile])
        throws(ManifestError) -> String?
    {
        let method = try node.optional("method")
        let name = try method?.text() ?? "path_dependent"
        guard let file = try node.optional("background") else {
            guard name != "interventional" else {
                throw node.error("must name the file of its background")
            }
            guard name == "path_dependent" else {
                throw (method ?? node).error(
                    #"must be one of "path_dependent", "interventional""#)
            }
            return nil
        }
        guard name == "interventional" else {
            throw file.error(#"goes with the method "interventional" only"#)
        }
        let path = try file.text()
        guard files.contains(where: { $0.path == path }) else {
            throw file.error("must be the path of one of the files")
        }
        return path
    }

    private static func readRecord(_ root: ManifestNode, _ manifest: inout Manifest)
        throws(ManifestError)
    {
        if let node = try root.optional("labels") {
            for label in try node.elements(max: ManifestLimits.labelsMax) {
                manifest.labels.append(try label.name())
            }
        }
        if let node = try root.optional("training") {
            manifest.training.dataset = try node.optional("dataset")?.text() ?? ""
            manifest.training.rows = try node.optional("rows")?.count()
            manifest.training.fingerprint = try node.optional("fingerprint")?.text() ?? ""
            manifest.training.library = try node.optional("library")?.text() ?? ""
            manifest.training.seed = try node.optional("seed")?.integer(-(1 << 53)...1 << 53)
        }
        if let node = try root.optional("metrics") {
            for (name, metric) in try node.members(max: ManifestLimits.labelsMax)
            where metric.value != .null {
                manifest.metrics.append(NamedMetric(name: name, value: try metric.number()))
            }
        }
        if let node = try root.optional("reference") {
            manifest.reference = try ReferenceReader.read(node)
        }
    }
}
