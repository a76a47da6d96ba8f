import Glibc
import VigieCrypto

/// Files of remote registries on this machine's disk, by their digests:
///
///     blobs/<sha256>                        content, each once
///     views/<registry>/<name>/<version>/<revision>/   a version's folder, of links to blobs
///     lists/<registry>.json                 what the registry held when it was last reached
///     partial/                              what is being written
///
/// Everything appears under its name by rename(2) or link(2), when it is whole and on the disk: a
/// process may be killed at any moment, and any number of pods may share a cache.
package struct ContentCache: Sendable {
    package let folder: String
    /// Bytes of all blobs, above which versions that were not used for longest go.
    package let bytesMax: Int

    private var blobs: String { "\(folder)/blobs" }
    var views: String { "\(folder)/views" }
    private var lists: String { "\(folder)/lists" }
    private var partial: String { "\(folder)/partial" }

    /// Makes the folders that are not there yet, and clears what killed processes left half written.
    package init(_ folder: String, bytesMax: Int) throws(RegistryError) {
        self.folder = folder
        self.bytesMax = bytesMax
        do throws(FileError) {
            for path in [folder, blobs, views, lists, partial] { try FolderTree.make(path) }
        } catch {
            throw RegistryError(
                .folder, "\(error); give --registry-cache a folder that can be written")
        }
        PartialFile.clear(partial)
    }

    // MARK: Blobs

    func blobPath(_ digest: SHA256Digest) -> String { "\(blobs)/\(digest.hex)" }

    /// Whether a blob of that size is there; its content is not read.
    func has(_ digest: SHA256Digest, bytes: Int?) -> Bool {
        guard let stamp = try? FileStamp(path: blobPath(digest)) else { return false }
        return stamp.isFile && stamp.bytes == bytes ?? stamp.bytes
    }

    /// A file to write content to, which becomes a blob at its end.
    func makePartial() throws(FileError) -> PartialFile { try PartialFile(in: partial) }

    /// Gives what was written its name. That somebody else was quicker is as well.
    func keep(_ file: borrowing PartialFile, as digest: SHA256Digest) throws(FileError) {
        try file.publish(as: blobPath(digest))
    }

    // MARK: Views

    /// The folder of a version, whether or not it is there.
    func viewPath(_ registry: String, _ key: VersionKey, _ revision: String) -> String {
        "\(views)/\(registry)/\(key.name)/\(key.version)/\(revision)"
    }

    /// Puts a version's folder together and gives it its place.
    /// - Parameters:
    ///   - blobs: paths in the folder, and the blobs that belong there.
    ///   - texts: small files, by path.
    /// - Throws: also when a blob has gone meanwhile, as by another pod's clearing up.
    func install(
        _ path: String, blobs: [(path: String, digest: SHA256Digest)],
        texts: [(path: String, bytes: [UInt8])]
    ) throws(FileError) {
        let temporary = "\(partial)/view-\(getpid())-\(UInt64.random(in: 0...UInt64.max)).tmp"
        defer { FolderTree.remove(temporary) }
        try FolderTree.make(temporary)
        for blob in blobs {
            let target = "\(temporary)/\(blob.path)"
            try FolderTree.make(FolderTree.parent(of: target))
            guard link(blobPath(blob.digest), target) == 0 else {
                throw FileError("link", "\(path)/\(blob.path)")
            }
        }
        for text in texts { try AtomicFile.write(text.bytes, to: "\(temporary)/\(text.path)") }
        try FolderTree.make(FolderTree.parent(of: path))
        guard rename(temporary, path) != 0, errno != EEXIST, errno != ENOTEMPTY else { return }
        throw FileError("put a version at", path)
    }

    func hasView(_ path: String) -> Bool {
        (try? FileStamp(path: "\(path)/\(Manifest.fileName)"))?.isFile ?? false
    }

    /// Removes a version whose files are not as they should be, and those of its blobs that are not
    /// what their names say.
    func discardDamaged(_ path: String) {
        for name in blobs(of: path) {
            guard let found = try? OpenFolder(blobs).digest(name), found.hex != name else {
                continue
            }
            unlink("\(blobs)/\(name)")
        }
        FolderTree.remove(path)
    }

    /// The names of a version's blobs: by its manifest and, which may be what is damaged, by its links.
    private func blobs(of path: String) -> Set<String> {
        var names: Set<String> = []
        if let bytes = try? OpenFolder(path).read(
            Manifest.fileName, bytesMax: ManifestLimits.bytesMax),
            let manifest = try? Manifest.read(bytes)
        {
            names = Set(manifest.files.map(\.sha256.hex))
        }
        var byInode: [UInt64: String] = [:]
        for name in (try? FolderListing.names(in: blobs)) ?? [] {
            if let stamp = try? FileStamp(path: "\(blobs)/\(name)") { byInode[stamp.inode] = name }
        }
        addBlobs(path, byInode, &names)
        return names
    }

    /// Notes that a version is in use.
    func touch(_ path: String) { utimes(path, nil) }

    // MARK: Lists

    func saveList(_ text: String, of registry: String) throws(FileError) {
        // Beside others' files, under a name of one's own: two pods may save at once.
        let path = "\(lists)/\(registry).json"
        let own = "\(lists)/.\(registry)-\(getpid())"
        try AtomicFile.write(Array(text.utf8), to: own)
        guard rename(own, path) == 0 else { throw FileError("rename", own) }
    }

    func readList(of registry: String) -> [UInt8]? {
        try? OpenFolder(lists).read("\(registry).json", bytesMax: 64 << 20)
    }
}
