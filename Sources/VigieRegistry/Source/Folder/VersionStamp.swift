import Glibc

/// A summary of all files of a version's folder that differs when one of them was touched. It costs
/// a stat(2) a file and reads nothing.
package struct VersionStamp: Sendable, Equatable {
    /// Folders within folders that are looked into.
    static let depthMax = 8
    /// Files that are looked at.
    static let filesMax = 4_096

    private var summary = 0
    /// When something in it last changed: nanoseconds since 1970 by the file system's clock.
    package private(set) var changed: Int64 = 0
    private var files = 0

    /// Of what is there now; of a folder that is not there, the stamp of nothing.
    package init(path: String) { add(path, name: "", depth: 0) }

    /// Of something that is in no folder of ours.
    /// - Parameter changed: nanoseconds since 1970.
    package init(of values: [some Hashable], changed: Int64) {
        var hasher = Hasher()
        hasher.combine(values)
        summary = hasher.finalize()
        self.changed = changed
    }

    /// Of several folders together.
    package init(paths: [String]) { for path in paths { add(path, name: "", depth: 0) } }

    private mutating func add(_ path: String, name: String, depth: Int) {
        guard files < Self.filesMax, let stamp = try? FileStamp(path: path) else { return }
        files += 1
        changed = max(changed, stamp.changed)
        var hasher = Hasher()
        hasher.combine(summary)
        hasher.combine(name)
        hasher.combine(stamp)
        summary = hasher.finalize()
        guard stamp.isFolder, depth < Self.depthMax else { return }
        guard let names = try? FolderListing.names(in: path) else { return }
        for name in names.sorted() where !ModelName.isIgnored(name) {
            add("\(path)/\(name)", name: name, depth: depth + 1)
        }
    }

    /// How long ago something changed, by the machine's wall clock; never negative.
    package func age() -> Duration {
        var time = timespec()
        clock_gettime(CLOCK_REALTIME, &time)
        let now = Int64(time.tv_sec) * 1_000_000_000 + Int64(time.tv_nsec)
        return .nanoseconds(max(0, now - changed))
    }
}
