import Glibc
import VigieEngine
import VigieKubernetes
import VigieRegistry
import VigieRollouts
import VigieRouting

/// The ModelRollouts of a folder, and beside each its status, `<name>.status.json`, which is replaced
/// whole. A lock on the folder keeps two controllers from writing at once.
package final class FolderStore: RolloutStore {
    package let leadership: any Leadership
    private let folder: String
    private var files: RolloutFiles

    /// - Parameter locks: only who holds the folder's lock leads.
    /// - Throws: when the folder cannot be read.
    package init(_ folder: String, locks: Bool) throws(StoreError) {
        self.folder = folder
        files = RolloutFiles(folder)
        do throws(FileError) { _ = try files.read() } catch { throw StoreError("\(error)") }
        leadership = locks ? FolderLock(folder) : Alone()
    }

    package func rollouts() throws(StoreError) -> [StoredRollout] {
        do throws(FileError) {
            return try files.read().rollouts.map { StoredRollout($0.content) }
        } catch { throw StoreError("\(error)") }
    }

    package func write(_ status: RolloutStatus, of rollout: StoredRollout) throws(StoreError) {
        // Read from a document, and checked there: a DNS name, with no way out of the folder.
        let file = "\(folder)/\(rollout.metadata.name).status.json"
        let text = JSONWriter.text(.object(["status": status.json]))
        do throws(KubernetesError) {
            try SmallFile.replace(file, Array(text.utf8), mode: 0o644)
        } catch { throw StoreError(error) }
    }

    /// People read the log: there is nobody else to tell.
    package func tell(_ news: RolloutNews, of rollout: StoredRollout) {}
}

/// Leads as long as it holds an advisory lock (flock(2)) on a file of the folder, which the kernel
/// releases when the process ends, however it does. Asks for it until it has it.
final class FolderLock: Leadership {
    private let descriptor: Int32

    /// Hidden, so that nobody takes it for a rollout.
    static let name = ".vigie-controller.lock"

    init(_ folder: String) {
        descriptor = open("\(folder)/\(Self.name)", O_RDWR | O_CREAT | O_CLOEXEC, 0o644)
    }

    deinit { if descriptor >= 0 { close(descriptor) } }

    /// Held already, or to be had now; never without a file to lock.
    var isLeader: Bool { descriptor >= 0 && flock(descriptor, LOCK_EX | LOCK_NB) == 0 }
}
