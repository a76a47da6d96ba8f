import VigieCrypto
import VigieEngine

/// From a version's folder to a ``LoadedModel``: read, verify, compile, warm up. Holds no state and
/// may run on any thread that may block.
package struct VersionLoader: Sendable {
    /// How a model file becomes an artifact: the engine, unless a test has another.
    package typealias Compile = @Sendable (ArtifactSource) throws(LoadError) -> Artifact

    package let source: FolderSource
    private let compileModel: Compile

    package init(
        _ source: FolderSource,
        compile: @escaping Compile = { source throws(LoadError) in try source.load() }
    ) {
        self.source = source
        compileModel = compile
    }

    /// - Throws: `.incomplete` when the folder may still be being written, `.refused` when it is
    ///   whole and of no use; messages say which file, and where in it.
    package func load(_ name: String, _ version: Int) throws(RegistryError) -> LoadedModel {
        let clock = ContinuousClock()
        let start = clock.now
        let folder = try open(name, version)
        let (manifest, digest) = try readManifest(folder, name, version)
        let (model, payloadBytes) = try readFiles(folder, manifest)
        let artifact = try compile(manifest, model)
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

    /// Whether the folder still holds what was loaded; if not, what is different.
    package func difference(from model: LoadedModel) -> String? {
        do {
            let folder = try open(model.name, model.version)
            let (_, digest) = try readManifest(folder, model.name, model.version)
            guard digest == model.manifestDigest else { return "manifest.json has changed" }
            for file in model.manifest.files { try verify(folder, file) }
            return nil
        } catch { return error.message }
    }

    private func open(_ name: String, _ version: Int) throws(RegistryError) -> OpenFolder {
        do { return try OpenFolder(source.versionPath(name, version)) } catch {
            throw Self.fileError(error)
        }
    }

    private func readManifest(_ folder: borrowing OpenFolder, _ name: String, _ version: Int)
        throws(RegistryError) -> (Manifest, SHA256Digest)
    {
        let bytes: [UInt8]
        do { bytes = try folder.read(Manifest.fileName, bytesMax: ManifestLimits.bytesMax) } catch {
            if error.isMissing {
                throw RegistryError(.incomplete, "there is no manifest.json (yet)")
            }
            throw Self.fileError(error)
        }
        do {
            let manifest = try Manifest.read(bytes, folder: (name, version))
            return (manifest, SHA256.digest(of: bytes))
        } catch {
            throw RegistryError(error.isIncomplete ? .incomplete : .refused, "\(error)")
        }
    }

    /// Verifies all files; the model's bytes, and how many bytes all files have. Sizes are compared
    /// first: a file that is still being copied costs no reading.
    private func readFiles(_ folder: borrowing OpenFolder, _ manifest: Manifest)
        throws(RegistryError) -> (model: [UInt8], payloadBytes: Int)
    {
        let payloadBytes = try measure(folder, manifest)
        let entry = manifest.entryFile
        let model: [UInt8]
        do {
            model = try folder.read(entry.path, bytesMax: ManifestLimits.fileBytesMax)
        } catch { throw Self.fileError(error) }
        try Self.compare(SHA256.digest(of: model), entry)
        for file in manifest.files where file.path != entry.path { try verify(folder, file) }
        return (model, payloadBytes)
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
                "\(file.path) has SHA-256 \(digest.hex), the manifest says \(file.sha256.hex)")
        }
    }

    /// Compiles the model's bytes and checks them and the manifest against each other.
    package func compile(_ manifest: Manifest, _ model: [UInt8]) throws(RegistryError) -> Artifact {
        let artifact: Artifact
        do {
            artifact = try compileModel(
                ArtifactSource(
                    flavor: manifest.flavor, fileName: manifest.entry, bytes: model,
                    signature: manifest.signature, meanTerms: manifest.meanTerms))
        } catch { throw RegistryError(.refused, error.message) }
        do { try manifest.check(against: artifact.signature) } catch {
            throw RegistryError(.refused, "\(error)")
        }
        if manifest.decision != nil || manifest.scorecard != nil, !artifact.scoresRows {
            throw RegistryError(
                .refused,
                "manifest.json: decision and scorecard need a model that gives one probability for "
                    + "the signature's features, and \(manifest.entry) does not")
        }
        // It would take over only to refuse every application.
        if manifest.decision != nil, !manifest.reasons.isEmpty, !artifact.explainsRows {
            throw RegistryError(
                .refused,
                "manifest.json: reasons need a model that can be explained, and \(manifest.entry) "
                    + "cannot be; leave 'reasons' out to serve it without")
        }
        return artifact
    }

    /// What is not there may be still to come; what cannot be read for another reason may become
    /// readable: both are tried again.
    private static func fileError(_ error: FileError) -> RegistryError {
        RegistryError(.incomplete, "\(error)")
    }
}
