import Synchronization
import VigieHTTP

/// A registry in a bucket: `<prefix><model>/<version>/manifest.json` and files, `<model>/labels.json`.
package final class S3Registry: RemoteRegistry {
    let client: S3Client
    /// Labels by the ETag of their file, so that they are read once.
    private let labels = Mutex<[String: (etag: String, labels: [String: Int])]>([:])

    package init(_ client: S3Client) { self.client = client }

    package var place: String { client.place }

    package func list(_ cancellation: HTTPCancellation) throws(RemoteError) -> RemoteListing {
        let objects = try client.objects(cancellation)
        let grouping = S3Grouping(prefix: client.address.prefix, objects)
        var listing = grouping.listing
        for index in listing.models.indices {
            let model = listing.models[index]
            guard let file = grouping.labelFiles[model.name] else { continue }
            do throws(RemoteError) {
                listing.models[index].labels = try readLabels(file, cancellation)
            } catch {
                guard case .refused = error.reason else { throw error }
                listing.models[index].labels = nil
                listing.models[index].problems.append(error.message)
            }
        }
        return listing
    }

    package func contents(
        _ name: String, _ version: RemoteVersion, _ cancellation: HTTPCancellation
    ) -> RemoteContents { RemoteContents(files: version.files) }

    package func download(
        _ file: RemoteFile, _ sink: any DownloadSink, _ cancellation: HTTPCancellation
    ) throws(RemoteError) {
        try client.download(file.locator, etag: file.etag, sink, cancellation)
    }

    // MARK: Labels

    private func readLabels(_ object: S3Object, _ cancellation: HTTPCancellation)
        throws(RemoteError) -> [String: Int]
    {
        if let known = labels.withLock({ $0[object.key] }), known.etag == object.etag {
            return known.labels
        }
        let sink = MemorySink(bytesMax: ModelLabels.bytesMax)
        try client.download(object.key, etag: object.etag, sink, cancellation)
        let read: [String: Int]
        do throws(RegistryError) { read = try ModelLabels.read(sink.bytes) } catch {
            throw RemoteError(.refused(.other), error.message)
        }
        labels.withLock { $0[object.key] = (object.etag, read) }
        return read
    }
}

/// From a bucket's objects to models and versions.
struct S3Grouping {
    private(set) var listing = RemoteListing()
    private(set) var labelFiles: [String: S3Object] = [:]

    init(prefix: String, _ objects: [S3Object]) {
        var models: [String: RemoteModel] = [:]
        var versions: [VersionKey: RemoteVersion] = [:]
        for object in objects where object.key.hasPrefix(prefix) {
            let parts = object.key.dropFirst(prefix.count)
                .split(separator: "/", maxSplits: 2, omittingEmptySubsequences: false)
                .map(String.init)
            // A file beside the models, or something that is being written.
            guard parts.count > 1, !ModelName.isIgnored(parts[0]) else { continue }
            let name = parts[0]
            guard ModelName.isValid(name) else {
                if models[name] == nil {
                    models[name] = RemoteModel(name: name)
                    models[name]?.problems.append(
                        "'\(name)' is no model's name: it must be \(ModelName.rule)")
                }
                continue
            }
            var model = models[name] ?? RemoteModel(name: name)
            defer { models[name] = model }
            if parts.count == 2, parts[1] == ModelLabels.fileName { labelFiles[name] = object }
            guard parts.count == 3, !ModelName.isIgnored(parts[1]) else { continue }
            guard let number = ModelName.version(parts[1]) else {
                let problem =
                    "'\(name)/\(parts[1])' is no version: name it by a whole number from 1 on"
                if !model.problems.contains(problem) { model.problems.append(problem) }
                continue
            }
            let key = VersionKey(name, number)
            Self.add(
                object, path: parts[2],
                to: &versions[key, default: RemoteVersion(number: number, revision: "")])
        }
        for (key, version) in versions {
            var version = version
            version.revision = RemoteVersion.revision(
                of: version.files.flatMap { [$0.path, $0.etag ?? "", String($0.bytes ?? 0)] }
                    + [version.refusal?.message ?? ""])
            models[key.name]?.versions.append(version)
        }
        listing.models = models.values.sorted { $0.name < $1.name }
        for index in listing.models.indices {
            listing.models[index].versions.sort { $0.number < $1.number }
        }
    }

    private static func add(_ object: S3Object, path: String, to version: inout RemoteVersion) {
        // The mark that consoles leave for an empty folder.
        if path.isEmpty || path.hasSuffix("/") || path == S3Writer.mark { return }
        if path != Manifest.fileName, let problem = RelativePath.problem(with: path) {
            version.refusal = RegistryError(
                .refused, "the object's key '\(object.key)' \(problem)", cause: .path)
            return
        }
        guard version.files.count < ManifestLimits.filesMax + 2 else {
            version.refusal = RegistryError(
                .refused, "it has more than \(ManifestLimits.filesMax) files", cause: .size)
            return
        }
        version.files.append(
            RemoteFile(path: path, locator: object.key, bytes: object.bytes, etag: object.etag))
    }
}
