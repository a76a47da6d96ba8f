import Glibc
import VigieCrypto

/// A file of the cache while it is written. It has a lock for as long as its process lives, by which
/// others know whether it was left behind.
struct PartialFile: ~Copyable {
    private let descriptor: Int32
    private let path: String
    /// For errors: they must be the same each time, or each counts as a change.
    private let folder: String

    init(in folder: String) throws(FileError) {
        self.folder = folder
        path = "\(folder)/\(getpid())-\(UInt64.random(in: 0...UInt64.max)).part"
        descriptor = open(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0o644)
        guard descriptor >= 0 else { throw FileError("create a file in", folder) }
        // Nobody else knows the name yet but by listing the folder: see `clear`.
        flock(descriptor, LOCK_EX | LOCK_NB)
    }

    deinit {
        unlink(path)
        close(descriptor)
    }

    func write(_ bytes: RawSpan) throws(FileError) {
        let failure: FileError? = bytes.withUnsafeBytes { buffer in
            var done = 0
            while done < buffer.count {
                // The span is not empty here, so that it has an address.
                let count = Glibc.write(descriptor, buffer.baseAddress! + done, buffer.count - done)
                if count < 0 {
                    if errno == EINTR { continue }
                    return FileError("write to", folder)
                }
                done += count
            }
            return nil
        }
        if let failure { throw failure }
    }

    func truncate() throws(FileError) {
        guard ftruncate(descriptor, 0) == 0, lseek(descriptor, 0, SEEK_SET) == 0 else {
            throw FileError("truncate a file in", folder)
        }
    }

    /// Forces the content to the disk and gives it a name, unless it has that already.
    func publish(as target: String) throws(FileError) {
        guard fsync(descriptor) == 0 else { throw FileError("write to", folder) }
        fchmod(descriptor, 0o444)
        guard link(path, target) == 0 || errno == EEXIST else { throw FileError("link", target) }
    }

    /// Removes what processes that are gone left behind.
    static func clear(_ folder: String) {
        for name in (try? FolderListing.names(in: folder)) ?? [] {
            let path = "\(folder)/\(name)"
            guard let stamp = try? FileStamp(path: path) else { continue }
            // Young ones may be just about to be locked, or belong to another machine.
            guard time(nil) - Int(stamp.changed / 1_000_000_000) > 600 else { continue }
            if stamp.isFolder {
                FolderTree.remove(path)
                continue
            }
            let file = open(path, O_RDONLY | O_CLOEXEC)
            guard file >= 0 else { continue }
            if flock(file, LOCK_EX | LOCK_NB) == 0 { unlink(path) }
            close(file)
        }
    }
}

/// A download into the cache, digested on its way.
final class BlobSink: DownloadSink {
    private let file: PartialFile
    private var hash = SHA256()
    private(set) var count = 0
    private let bytesMax: Int
    private let counters: RemoteCounters

    /// - Parameter bytesMax: more is refused as soon as it comes.
    init(_ cache: ContentCache, bytesMax: Int, _ counters: RemoteCounters) throws(FileError) {
        file = try cache.makePartial()
        self.bytesMax = bytesMax
        self.counters = counters
    }

    func take(_ bytes: RawSpan) throws(RemoteError) {
        count += bytes.byteCount
        guard count <= bytesMax else {
            throw RemoteError(.refused(.size), "it has more than the expected \(bytesMax) bytes")
        }
        hash.update(bytes)
        counters.update { $0.bytes += UInt64(bytes.byteCount) }
        do { try file.write(bytes) } catch { throw RemoteError(.unavailable, "\(error)") }
    }

    func restart() throws(RemoteError) {
        count = 0
        hash = SHA256()
        do { try file.truncate() } catch { throw RemoteError(.unavailable, "\(error)") }
    }

    /// The digest of what came; the sink is of no more use then.
    func digest() -> SHA256Digest {
        hash.end()
    }

    func keep(in cache: ContentCache, as digest: SHA256Digest) throws(RemoteError) {
        do { try cache.keep(file, as: digest) } catch {
            throw RemoteError(.unavailable, "\(error)")
        }
    }
}
