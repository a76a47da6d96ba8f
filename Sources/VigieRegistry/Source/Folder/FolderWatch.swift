import Glibc

/// inotify(7) on a set of folders, as a hint that something changed: what, the next scan finds out.
/// Belongs to one thread.
package final class FolderWatch {
    /// Readable when something changed.
    package let descriptor: Int32
    private var watches: [String: Int32] = [:]

    private static let events = UInt32(
        IN_CREATE | IN_CLOSE_WRITE | IN_MOVED_TO | IN_MOVED_FROM | IN_DELETE | IN_DELETE_SELF
            | IN_MOVE_SELF | IN_ATTRIB | IN_ONLYDIR)

    /// Nil when the machine has none left (fs.inotify.max_user_instances) or does not know inotify.
    package init?() {
        descriptor = inotify_init1(Int32(IN_NONBLOCK | IN_CLOEXEC))
        guard descriptor >= 0 else { return nil }
    }

    deinit { close(descriptor) }

    package enum Update {
        /// The same folders as before.
        case same
        /// Folders were added: what was written to them before shows only in another scan.
        case added
        /// The machine's fs.inotify.max_user_watches are used up; the rest is left to polling.
        case full
    }

    /// Watches exactly these folders; those that are not there are left out.
    package func watch(_ paths: [String]) -> Update {
        var update = Update.same
        var wanted: [String: Int32] = [:]
        for path in paths {
            if let known = watches[path] {
                wanted[path] = known
                continue
            }
            let watch = inotify_add_watch(descriptor, path, Self.events)
            if watch >= 0 {
                wanted[path] = watch
                if update == .same { update = .added }
            } else if errno == ENOSPC {
                update = .full
            }
        }
        let kept = Set(wanted.values)
        for (path, watch) in watches where wanted[path] == nil && !kept.contains(watch) {
            inotify_rm_watch(descriptor, watch)
        }
        watches = wanted
        return update
    }

    /// Takes all events off.
    /// - Returns: whether there were any.
    package func drain() -> Bool {
        var any = false
        withUnsafeTemporaryAllocation(byteCount: 16 * 1024, alignment: 8) { buffer in
            while true {
                let count = read(descriptor, buffer.baseAddress!, buffer.count)
                if count > 0 {
                    any = any || containsChange(UnsafeRawBufferPointer(rebasing: buffer[..<count]))
                } else if count == 0 || errno != EINTR {
                    return
                }
            }
        }
        return any
    }

    /// Whether there is an event other than the end of a watch, which ``watch(_:)`` itself causes.
    private func containsChange(_ events: UnsafeRawBufferPointer) -> Bool {
        // struct inotify_event: int wd; uint32_t mask, cookie, len; char name[len].
        var any = false
        var offset = 0
        while offset + 16 <= events.count {
            let watch = events.loadUnaligned(fromByteOffset: offset, as: Int32.self)
            let mask = events.loadUnaligned(fromByteOffset: offset + 4, as: UInt32.self)
            let length = events.loadUnaligned(fromByteOffset: offset + 12, as: UInt32.self)
            if mask & UInt32(IN_IGNORED | IN_MOVE_SELF) != 0 {
                // The folder is gone; one of that name that comes later is to be watched anew.
                for (path, known) in watches where known == watch { watches[path] = nil }
            }
            if mask & UInt32(IN_MOVE_SELF) != 0 { inotify_rm_watch(descriptor, watch) }
            if mask & UInt32(IN_IGNORED) == 0 { any = true }
            offset += 16 + Int(length)
        }
        return any
    }
}
