import Glibc
import Synchronization
import VigieHTTP

@testable import VigieRegistry

/// A remote registry in memory that fails when it is told to.
final class FakeRemote: RemoteRegistry {
    struct Content {
        var versions: [VersionKey: [String: [UInt8]]] = [:]
        var labels: [String: [String: Int]] = [:]
        var listError: RemoteError?
        var downloadError: RemoteError?
        /// Files that were read, by path.
        var reads: [String] = []
        /// Downloads wait until this is false.
        var isHeld = false
    }

    let content = Mutex(Content())
    let place = "fake://registry"

    func put(_ name: String, _ version: Int, value: Double? = nil) {
        let model = TestRegistry.scorecard(value: value ?? Double(version))
        let files = [
            "scorecard.json": Array(model.utf8),
            "manifest.json": Array(TestRegistry.manifest(of: model).utf8),
        ]
        content.withLock { $0.versions[VersionKey(name, version)] = files }
    }

    func list(_ cancellation: HTTPCancellation) throws(RemoteError) -> RemoteListing {
        let (content, error) = self.content.withLock { ($0, $0.listError) }
        if let error { throw error }
        var models: [String: RemoteModel] = [:]
        for (key, files) in content.versions.sorted(by: { $0.key.version < $1.key.version }) {
            let parts = files.sorted { $0.key < $1.key }.flatMap {
                [$0.key, String(decoding: $0.value, as: UTF8.self)]
            }
            var version = RemoteVersion(
                number: key.version, revision: RemoteVersion.revision(of: parts))
            version.files = files.map { path, bytes in
                RemoteFile(
                    path: path, locator: "\(key.name)/\(key.version)/\(path)", bytes: bytes.count)
            }
            models[key.name, default: RemoteModel(name: key.name)].versions.append(version)
            models[key.name]?.labels = content.labels[key.name] ?? [:]
        }
        return RemoteListing(models: models.values.sorted { $0.name < $1.name })
    }

    func contents(_ name: String, _ version: RemoteVersion, _ cancellation: HTTPCancellation)
        -> RemoteContents
    { RemoteContents(files: version.files) }

    func download(
        _ file: RemoteFile, _ sink: any DownloadSink, _ cancellation: HTTPCancellation
    ) throws(RemoteError) {
        while content.withLock({ $0.isHeld }) {
            if cancellation.isCancelled { throw RemoteError(.cancelled, "given up") }
            usleep(1000)
        }
        let (bytes, error) = content.withLock { content in
            content.reads.append(file.locator)
            let parts = file.locator.split(separator: "/", maxSplits: 2).map(String.init)
            let files = content.versions[VersionKey(parts[0], Int(parts[1]) ?? 0)]
            return (files?[parts[2]], content.downloadError)
        }
        if let error { throw error }
        guard let bytes else { throw RemoteError(.notFound, "it is gone") }
        try sink.take(bytes.span.bytes)
    }

    var reads: [String] { content.withLock { $0.reads } }
}
