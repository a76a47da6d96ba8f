import VigieCrypto
import VigieHTTP

/// Brings one version of a remote registry into the cache: its manifest first, whose signature and
/// sizes are looked at before anything else is read; then each file that is not there yet.
struct VersionFetch {
    let remote: any RemoteRegistry
    let cache: ContentCache
    let trust: TrustPolicy
    let counters: RemoteCounters
    let versionBytesMax: Int
    let cancellation: HTTPCancellation

    /// - Parameter path: the folder that the version gets in the cache.
    func run(_ key: VersionKey, _ version: RemoteVersion, into path: String)
        throws(RegistryError)
    {
        if let refusal = version.refusal { throw refusal }
        do throws(RemoteError) {
            let contents = try remote.contents(key.name, version, cancellation)
            if let refusal = Self.refusal(of: contents.files) { throw refusal }
            if let manifest = contents.files.first(where: { $0.path == Manifest.fileName }) {
                try mirror(key, contents.files, manifest, into: path)
            } else if let derivation = contents.derivation {
                try derive(key, derivation, into: path)
            } else {
                throw RemoteError(
                    .unavailable, "there is no \(Manifest.fileName) (yet) in \(remote.place)")
            }
        } catch { throw error.registryError }
    }

    /// Names that would lead elsewhere, whatever the manifest says.
    private static func refusal(of files: [RemoteFile]) -> RemoteError? {
        for file in files where file.path != Manifest.fileName {
            guard let problem = RelativePath.problem(with: file.path) else { continue }
            return RemoteError(.refused(.path), "the file '\(file.path)' \(problem)")
        }
        return nil
    }

    // MARK: With a manifest

    private func mirror(
        _ key: VersionKey, _ files: [RemoteFile], _ manifestFile: RemoteFile, into path: String
    ) throws(RemoteError) {
        let bytes = try small(manifestFile, bytesMax: ManifestLimits.bytesMax)
        var signature: [UInt8]?
        if let file = files.first(where: { $0.path == ManifestSignature.fileName }) {
            signature = try small(file, bytesMax: ManifestSignature.bytesMax)
        }
        let manifest: Manifest
        do {
            _ = try trust.check(bytes, signature)
            manifest = try Manifest.read(bytes, folder: (key.name, key.version))
            try trust.checkIdentity(manifest)
        } catch let error as RegistryError {
            throw RemoteError(.refused(error.cause), error.message)
        } catch { throw RemoteError(.refused(.other), "\(error)") }
        var planned: [(file: ManifestFile, remote: RemoteFile)] = []
        var total = 0
        for file in manifest.files {
            guard let found = files.first(where: { $0.path == file.path }) else {
                throw RemoteError(.unavailable, "there is no \(file.path) (yet)")
            }
            if let expected = file.bytes, let actual = found.bytes, expected != actual {
                throw RemoteError(
                    .unavailable,
                    "\(file.path) has \(actual) bytes, the manifest says \(expected)")
            }
            try check(file.path, bytes: file.bytes ?? found.bytes, &total)
            planned.append((file, found))
        }
        for (file, found) in planned { try fetch(file, found) }
        var texts = [(path: Manifest.fileName, bytes: bytes)]
        if let signature { texts.insert((ManifestSignature.fileName, signature), at: 0) }
        try install(path, manifest.files, texts)
    }

    /// Limits on sizes that are known beforehand.
    private func check(_ path: String, bytes: Int?, _ total: inout Int) throws(RemoteError) {
        let bytes = bytes ?? 0
        guard bytes <= ManifestLimits.fileBytesMax else {
            throw RemoteError(
                .refused(.size),
                "\(path) has \(bytes) bytes, more than the limit of \(ManifestLimits.fileBytesMax)")
        }
        total += bytes
        let most = min(versionBytesMax, cache.bytesMax)
        guard total <= most else {
            throw RemoteError(
                .refused(.size),
                "its files have more than \(most) bytes together, which is the limit of "
                    + (cache.bytesMax < versionBytesMax ? "--registry-cache-bytes" : "a version"))
        }
    }

    private func fetch(_ file: ManifestFile, _ found: RemoteFile) throws(RemoteError) {
        guard !cache.has(file.sha256, bytes: file.bytes ?? found.bytes) else { return }
        let (sink, digest) = try read(
            found, bytesMax: file.bytes ?? found.bytes ?? ManifestLimits.fileBytesMax)
        if let expected = file.bytes, sink.count != expected {
            throw RemoteError(
                .unavailable, "\(file.path) has \(sink.count) bytes, the manifest says \(expected)")
        }
        guard digest == file.sha256 else {
            throw RemoteError(
                .refused(.digest),
                "\(file.path) has SHA-256 \(digest.hex), the manifest says \(file.sha256.hex)")
        }
        try sink.keep(in: cache, as: digest)
    }

    private func read(_ file: RemoteFile, bytesMax: Int) throws(RemoteError) -> (
        BlobSink, SHA256Digest
    ) {
        let sink: BlobSink
        do throws(FileError) { sink = try BlobSink(cache, bytesMax: bytesMax, counters) } catch {
            throw RemoteError(.unavailable, "\(error)")
        }
        do { try remote.download(file, sink, cancellation) } catch {
            throw RemoteError(error.reason, "\(file.path): \(error.message)")
        }
        return (sink, sink.digest())
    }

    private func small(_ file: RemoteFile, bytesMax: Int) throws(RemoteError) -> [UInt8] {
        let sink = MemorySink(bytesMax: bytesMax)
        do { try remote.download(file, sink, cancellation) } catch {
            throw RemoteError(error.reason, "\(file.path): \(error.message)")
        }
        return sink.bytes
    }

    private func install(
        _ path: String, _ files: [ManifestFile], _ texts: [(path: String, bytes: [UInt8])]
    ) throws(RemoteError) {
        do throws(FileError) {
            try cache.install(path, blobs: files.map { ($0.path, $0.sha256) }, texts: texts)
        } catch { throw RemoteError(.unavailable, "\(error)") }
    }

    // MARK: Without one

    private func derive(
        _ key: VersionKey, _ derivation: RemoteContents.Derivation, into path: String
    ) throws(RemoteError) {
        guard !trust.isRequired else {
            throw RemoteError(
                .refused(.unsigned),
                "it has no manifest of its own that could be signed, and signatures are required: "
                    + "`vigie models sign` writes both")
        }
        var files: [ManifestFile] = []
        var total = 0
        for file in derivation.needs {
            try check(file.path, bytes: file.bytes, &total)
            let (sink, digest) = try read(
                file, bytesMax: file.bytes ?? ManifestLimits.fileBytesMax)
            try check(file.path, bytes: file.bytes == nil ? sink.count : 0, &total)
            try sink.keep(in: cache, as: digest)
            files.append(ManifestFile(path: file.path, sha256: digest, bytes: sink.count))
        }
        // Looked at where it will be: under its names.
        let staging = "\(path).staging"
        defer { FolderTree.remove(staging) }
        try install(staging, files, [])
        var manifest = try derivation.make(staging, files)
        manifest.name = key.name
        manifest.version = key.version
        let text = Array(manifest.text.utf8)
        try install(path, manifest.files, [(Manifest.fileName, text)])
    }
}
