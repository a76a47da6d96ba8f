import VigieCrypto
import VigieEngine

/// From a version's folder to a ``LoadedModel``: read, verify, compile, warm up. May run on any thread
/// that may block. What it has loaded and somebody still holds is shared, not loaded again.
package struct VersionLoader: Sendable {
    /// How a model file becomes an artifact: the engine, unless a test has another.
    package typealias Compile = @Sendable (ArtifactSource) throws(LoadError) -> Artifact

    package let source: any RegistrySource
    private let compileModel: Compile
    let trust: TrustHolder
    let cache = ArtifactCache()

    package init(
        _ source: any RegistrySource, trust: TrustHolder = TrustHolder(),
        compile: @escaping Compile = { source throws(LoadError) in try source.load() }
    ) {
        self.source = source
        self.trust = trust
        compileModel = compile
    }

    /// - Throws: `.incomplete` when the folder may still be being written, `.refused` when it is
    ///   whole and of no use; messages say which file, and where in it.
    package func load(_ name: String, _ version: Int) throws(RegistryError) -> LoadedModel {
        do { return try loadOnce(name, version) } catch {
            guard error.reason == .incomplete, source.mend(name, version) else { throw error }
            return try loadOnce(name, version)
        }
    }

    private func loadOnce(_ name: String, _ version: Int) throws(RegistryError) -> LoadedModel {
        let clock = ContinuousClock()
        let start = clock.now
        let folder = try open(name, version)
        let (manifest, digest) = try readManifest(folder, name, version)
        let (model, background, payloadBytes) = try readFiles(folder, manifest)
        let key = ArtifactCache.Key(name: name, version: version, manifestDigest: digest)
        let artifact = try cache.artifact(key) { () throws(RegistryError) in
            try load(manifest, model, background, below: [key.label])
        }
        try check(manifest, artifact)
        let loaded = clock.now
        let latency = try WarmUp.run(artifact)
        if manifest.serving.batching != nil, latency.perRow == nil {
            throw RegistryError(
                .refused,
                "manifest.json: serving.batching needs a model whose rows do not depend on each "
                    + "other, with rows as the first dimension of all its tensors, and "
                    + "\(manifest.entry) is not so")
        }
        let warm = clock.now
        return LoadedModel(
            name: name, version: version, manifest: manifest, manifestDigest: digest,
            artifact: artifact, payloadBytes: payloadBytes, loadDuration: loaded - start,
            warmUpDuration: warm - loaded, warmUpLatency: latency)
    }

    /// The manifest and the size of all files, whose digests are not checked: nothing is loaded.
    package func inspect(_ name: String, _ version: Int) throws(RegistryError) -> (
        manifest: Manifest, payloadBytes: Int
    ) {
        let folder = try open(name, version)
        let (manifest, _) = try readManifest(folder, name, version)
        return (manifest, try measure(folder, manifest))
    }

    /// A version's model file and its flavor, after it has been verified and compiled.
    package func entry(
        _ name: String, _ version: Int
    ) throws(RegistryError) -> (flavor: Flavor, bytes: [UInt8]) {
        do throws(RegistryError) {
            let folder = try open(name, version)
            let (manifest, _) = try readManifest(folder, name, version)
            let (model, background, _) = try readFiles(folder, manifest)
            _ = try compile(manifest, model, background: background)
            return (manifest.flavor, model)
        } catch {
            throw RegistryError(error.reason, "\(name) version \(version): \(error.message)")
        }
    }

    /// What there is in the registry in the place of a version that was loaded.
    enum Difference {
        case none
        /// It cannot be told yet: the files are on their way.
        case unknown
        case other(String)
    }

    func difference(from model: LoadedModel) -> Difference {
        do {
            let folder = try open(model.name, model.version)
            let (_, digest) = try readManifest(folder, model.name, model.version)
            guard digest == model.manifestDigest else {
                return .other("manifest.json has changed")
            }
            for file in model.manifest.files { try verify(folder, file) }
            return .none
        } catch { return error.reason == .fetching ? .unknown : .other(error.message) }
    }

    func open(_ name: String, _ version: Int) throws(RegistryError) -> OpenFolder {
        try source.provide(name, version)
        do { return try OpenFolder(source.versionPath(name, version)) } catch {
            throw Self.fileError(error)
        }
    }

    func readManifest(_ folder: borrowing OpenFolder, _ name: String, _ version: Int)
        throws(RegistryError) -> (Manifest, SHA256Digest)
    {
        let bytes: [UInt8]
        do { bytes = try folder.read(Manifest.fileName, bytesMax: ManifestLimits.bytesMax) } catch {
            if error.isMissing {
                throw RegistryError(.incomplete, "there is no manifest.json (yet)")
            }
            throw Self.fileError(error)
        }
        let manifest: Manifest
        do { manifest = try Manifest.read(bytes, folder: (name, version)) } catch {
            throw RegistryError(error.isIncomplete ? .incomplete : .refused, "\(error)")
        }
        let trust = trust.policy
        if trust.isActive {
            _ = try trust.check(bytes, try readSignature(folder))
            try trust.checkIdentity(manifest)
        }
        return (manifest, SHA256.digest(of: bytes))
    }

    /// The bytes of manifest.sig; nil when there is none.
    private func readSignature(_ folder: borrowing OpenFolder) throws(RegistryError) -> [UInt8]? {
        do {
            return try folder.read(
                ManifestSignature.fileName, bytesMax: ManifestSignature.bytesMax)
        } catch {
            if error.isMissing { return nil }
            throw Self.fileError(error)
        }
    }

    /// Verifies all files; the bytes of the model and of the background, and how many bytes all files
    /// have. Sizes are compared first: a file that is still being copied costs no reading.
    func readFiles(_ folder: borrowing OpenFolder, _ manifest: Manifest)
        throws(RegistryError) -> (model: [UInt8], background: [UInt8], payloadBytes: Int)
    {
        let payloadBytes = try measure(folder, manifest)
        let entry = manifest.entryFile
        let model = try read(folder, entry, bytesMax: ManifestLimits.fileBytesMax)
        var background: [UInt8] = []
        for file in manifest.files where file.path != entry.path {
            if file.path == manifest.background {
                background = try read(folder, file, bytesMax: ManifestLimits.backgroundBytesMax)
            } else {
                try verify(folder, file)
            }
        }
        return (model, background, payloadBytes)
    }

    /// A file's bytes, verified.
    private func read(
        _ folder: borrowing OpenFolder, _ file: ManifestFile, bytesMax: Int
    ) throws(RegistryError) -> [UInt8] {
        let bytes: [UInt8]
        do { bytes = try folder.read(file.path, bytesMax: bytesMax) } catch {
            throw Self.fileError(error)
        }
        try Self.compare(SHA256.digest(of: bytes), file)
        return bytes
    }

    /// The size of all files together, each of which must have the one that the manifest says.
    private func measure(_ folder: borrowing OpenFolder, _ manifest: Manifest)
        throws(RegistryError) -> Int
    {
        var total = 0
        for file in manifest.files {
            let stamp: FileStamp
            do { stamp = try folder.stamp(file.path) } catch { throw Self.fileError(error) }
            guard stamp.bytes == file.bytes ?? stamp.bytes else {
                throw RegistryError(
                    .incomplete,
                    "\(file.path) has \(stamp.bytes) bytes, the manifest says \(file.bytes ?? 0)")
            }
            total += stamp.bytes
            guard total <= ManifestLimits.versionBytesMax else {
                throw RegistryError(
                    .refused,
                    "its files have more than \(ManifestLimits.versionBytesMax) bytes together",
                    cause: .size)
            }
        }
        return total
    }

    private func verify(_ folder: borrowing OpenFolder, _ file: ManifestFile)
        throws(RegistryError)
    {
        let digest: SHA256Digest
        do { digest = try folder.digest(file.path) } catch { throw Self.fileError(error) }
        try Self.compare(digest, file)
    }

    private static func compare(_ digest: SHA256Digest, _ file: ManifestFile) throws(RegistryError)
    {
        guard digest == file.sha256 else {
            throw RegistryError(
                .incomplete,
                "\(file.path) has SHA-256 \(digest.hex), the manifest says \(file.sha256.hex)",
                cause: .digest)
        }
    }

    /// Compiles the model's bytes and checks them and the manifest against each other.
    /// - Parameter background: of the file that the manifest names so; empty for none.
    package func compile(
        _ manifest: Manifest, _ model: [UInt8], background: [UInt8] = []
    ) throws(RegistryError) -> Artifact {
        let artifact = try load(manifest, model, background, below: [])
        try check(manifest, artifact)
        return artifact
    }

    /// - Parameter chain: the versions whose members are being loaded: "fraud version 3".
    func load(
        _ manifest: Manifest, _ model: [UInt8], _ background: [UInt8], below chain: [String]
    ) throws(RegistryError) -> Artifact {
        var artifactSource = ArtifactSource(
            flavor: manifest.flavor, fileName: manifest.entry, bytes: model,
            signature: manifest.signature, meanTerms: manifest.meanTerms,
            explanation: try Self.explanation(manifest, background))
        if manifest.flavor == .pipeline {
            artifactSource.members = try members(of: artifactSource, below: chain)
        }
        do { return try compileModel(artifactSource) } catch {
            throw RegistryError(.refused, error.message)
        }
    }

    private func check(_ manifest: Manifest, _ artifact: Artifact) throws(RegistryError) {
        do { try manifest.check(against: artifact.signature) } catch {
            throw RegistryError(.refused, "\(error)")
        }
        if manifest.decision != nil || manifest.scorecard != nil, !artifact.scoresRows {
            throw RegistryError(
                .refused,
                "manifest.json: decision and scorecard need a model that gives one probability for "
                    + "the signature's features, and \(manifest.entry) does not")
        }
        if manifest.decision != nil, let problem = ProbabilityCheck.problem(artifact) {
            throw RegistryError(
                .refused,
                "manifest.json: decision needs a model whose answers are probabilities, but "
                    + "\(manifest.entry) \(problem)")
        }
        // It would take over only to refuse every application.
        if manifest.decision != nil, !manifest.reasons.isEmpty, !artifact.explainsRows {
            let why = artifact.explanationRefusal.map { " (\($0))" } ?? ""
            throw RegistryError(
                .refused,
                "manifest.json: reasons need a model that can be explained, and \(manifest.entry) "
                    + "cannot be\(why); leave 'reasons' out to serve it without")
        }
    }

    private static func explanation(
        _ manifest: Manifest, _ background: [UInt8]
    ) throws(RegistryError) -> ExplanationMethod {
        if manifest.explainsByReconstruction { return .reconstruction }
        guard let file = manifest.background else { return .pathDependent }
        guard let signature = manifest.signature else {
            throw RegistryError(
                .refused, "manifest.json: explanation.background needs a signature to read it by")
        }
        return .interventional(
            background: try BackgroundReader.read(background, file: file, signature))
    }

    /// What is not there may be still to come; what cannot be read for another reason may become
    /// readable: both are tried again.
    static func fileError(_ error: FileError) -> RegistryError {
        RegistryError(
            .incomplete, "\(error)", cause: error.cause, isPassing: error.isPassing)
    }
}
