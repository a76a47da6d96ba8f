import Glibc
import Synchronization
import VigieRegistry
import VigieTransport

/// Rollouts from a folder of YAML files, read again whenever something in it changes: at once where the
/// kernel tells of it (inotify), and every second in any case.
package final class RolloutFolder: RolloutSource {
    /// How long a folder must be quiet before it is read: several files may be written one after the
    /// other.
    static let debounceMilliseconds: Int32 = 20
    /// A folder that never is quiet is read nevertheless.
    static let debouncesMax = 10
    static let pollMilliseconds: Int32 = 1000

    private let folder: String
    private let bell: Doorbell
    private let isStopped = Atomic<Bool>(false)
    private let thread = Mutex<WorkThread?>(nil)

    package init(_ folder: String) throws(SystemError) {
        self.folder = folder
        bell = try Doorbell()
    }

    package func start(_ sink: any RolloutSink) throws(RolloutSourceError) {
        let reader = RolloutFolderReader(RolloutFiles(folder))
        do throws(FileError) { try reader.tell(sink) } catch {
            throw RolloutSourceError("\(error); give a folder of ModelRollouts (*.yaml)")
        }
        let watcher = WorkThread(name: "vigie-rollouts") { [self] in watch(reader, sink) }
        guard let watcher else {
            throw RolloutSourceError(
                "the system gives no thread to watch \(folder): raise its limit (ulimit -u)")
        }
        thread.withLock { $0 = watcher }
    }

    package func stop() {
        isStopped.store(true, ordering: .relaxed)
        bell.ring()
        let watcher = thread.withLock { thread in
            defer { thread = nil }
            return thread
        }
        watcher?.join()
    }

    /// Reads now rather than at the next change. Any thread.
    package func refresh() { bell.ring() }

    private func watch(_ reader: RolloutFolderReader, _ sink: any RolloutSink) {
        let changes = FolderWatch()
        _ = changes?.watch([folder])
        while !isStopped.load(ordering: .relaxed) {
            do throws(FileError) {
                try reader.tell(sink)
                sink.note(obstacle: nil)
            } catch { sink.note(obstacle: error.description) }
            wait(changes)
            // A folder that was replaced is watched anew.
            _ = changes?.watch([folder])
        }
    }

    private func wait(_ changes: FolderWatch?) {
        var milliseconds = Self.pollMilliseconds
        for _ in 0..<Self.debouncesMax {
            var descriptors = [pollfd(fd: bell.descriptor, events: Int16(POLLIN), revents: 0)]
            if let changes {
                descriptors.append(
                    pollfd(fd: changes.descriptor, events: Int16(POLLIN), revents: 0))
            }
            guard poll(&descriptors, nfds_t(descriptors.count), milliseconds) > 0 else { return }
            if descriptors[0].revents != 0 {
                bell.wait(until: MonotonicTime(nanoseconds: 0))
                return
            }
            if changes?.drain() == true { milliseconds = Self.debounceMilliseconds }
        }
    }
}

/// Carries the files from the thread that starts a source to the one that watches.
private final class RolloutFolderReader: @unchecked Sendable {
    private var files: RolloutFiles

    init(_ files: RolloutFiles) { self.files = files }

    func tell(_ sink: any RolloutSink) throws(FileError) {
        let (rollouts, problems) = try files.read()
        sink.apply(rollouts, problems: problems)
    }
}
