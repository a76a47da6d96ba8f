import VigieCrypto
import VigieHTTP

/// A registry on another machine: S3, MLflow. All calls block; none may come from an event loop.
package protocol RemoteRegistry: Sendable {
    /// The registry, for people: a URL without credentials.
    var place: String { get }

    /// Everything that is there now.
    func list(_ cancellation: HTTPCancellation) throws(RemoteError) -> RemoteListing

    /// What a version's folder would hold.
    func contents(_ name: String, _ version: RemoteVersion, _ cancellation: HTTPCancellation)
        throws(RemoteError) -> RemoteContents

    /// Reads a file, in pieces if the connection breaks; `sink` gets all of its bytes, in order.
    func download(_ file: RemoteFile, _ sink: any DownloadSink, _ cancellation: HTTPCancellation)
        throws(RemoteError)
}

/// What a remote registry held at one moment.
package struct RemoteListing: Sendable, Equatable {
    /// By name, ascending.
    package var models: [RemoteModel]

    package init(models: [RemoteModel] = []) { self.models = models }

    func version(_ key: VersionKey) -> RemoteVersion? {
        models.first { $0.name == key.name }?.versions.first { $0.number == key.version }
    }
}

package struct RemoteModel: Sendable, Equatable {
    package var name: String
    /// Ascending.
    package var versions: [RemoteVersion] = []
    /// Nil when they could not be read.
    package var labels: [String: Int]? = [:]
    package var problems: [String] = []

    package init(name: String) { self.name = name }
}

package struct RemoteVersion: Sendable, Equatable {
    package var number: Int
    /// Changes when one of the version's files does: hexadecimal digits.
    package var revision: String
    /// Its files, where the listing says them.
    package var files: [RemoteFile] = []
    /// What the registry itself knows of it: where its files are, tags.
    package var attributes: [String: String] = [:]
    /// Why it is not to be loaded, whatever its files say.
    package var refusal: RegistryError?

    package init(number: Int, revision: String) {
        self.number = number
        self.revision = revision
    }

    /// A revision of what identifies the content.
    static func revision(of parts: [String]) -> String {
        String(SHA256.digest(of: Array(parts.joined(separator: "\u{0}").utf8)).hex.prefix(32))
    }
}

/// A file of a version.
package struct RemoteFile: Sendable, Equatable {
    /// Within the version's folder.
    package var path: String
    /// How the registry finds it.
    package var locator: String
    /// Nil when it is not known beforehand.
    package var bytes: Int?
    /// What it must still be when it is read.
    package var etag: String?

    package init(path: String, locator: String, bytes: Int? = nil, etag: String? = nil) {
        self.path = path
        self.locator = locator
        self.bytes = bytes
        self.etag = etag
    }
}

/// What a version's folder would hold.
package struct RemoteContents: Sendable {
    package var files: [RemoteFile]
    /// Makes a manifest of the files, for versions that have none: gets the folder into which `needs`
    /// were downloaded, and their digests.
    package var derivation: Derivation?

    package struct Derivation: Sendable {
        package var needs: [RemoteFile]
        package var make:
            @Sendable (_ folder: String, _ files: [ManifestFile]) throws(RemoteError) -> Manifest

        package init(
            needs: [RemoteFile],
            make:
                @escaping @Sendable (String, [ManifestFile]) throws(RemoteError) -> Manifest
        ) {
            self.needs = needs
            self.make = make
        }
    }

    package init(files: [RemoteFile]) { self.files = files }
}

/// Takes the bytes of a download. Belongs to one thread at a time.
package protocol DownloadSink: AnyObject {
    /// - Throws: when they cannot be kept, or are too many.
    func take(_ bytes: RawSpan) throws(RemoteError)
    /// Forgets what was taken: the download begins again.
    func restart() throws(RemoteError)
}
