import Glibc
import VigieTransport

/// Notices when certificate files have been renewed, by their inode, size and modification time:
/// cert-manager and Vault's agent replace files by renaming, kubelet by moving a symbolic link.
struct CertificateWatcher {
    private let files: [String]
    private var seen: [Stamp]

    private struct Stamp: Equatable {
        var inode: UInt = 0
        var size = 0
        var seconds = 0
        var nanoseconds = 0
    }

    init(_ configuration: TLSConfiguration) {
        files = [
            configuration.certificateFile, configuration.keyFile, configuration.authorityFile,
        ].compactMap { $0 }
        seen = files.map(Self.stamp)
    }

    /// True when a file differs from what it was when this was last asked.
    mutating func hasChanged() -> Bool {
        let current = files.map(Self.stamp)
        defer { seen = current }
        return current != seen
    }

    private static func stamp(_ path: String) -> Stamp {
        var info = stat()
        guard stat(path, &info) == 0 else { return Stamp() }
        return Stamp(
            inode: UInt(info.st_ino), size: Int(info.st_size), seconds: info.st_mtim.tv_sec,
            nanoseconds: info.st_mtim.tv_nsec)
    }
}
