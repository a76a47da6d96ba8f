import CVigieSys
import Glibc
import Synchronization

/// What other threads ask of the store's thread, and the bell that wakes it.
final class StoreMailbox: Sendable {
    struct Command: Sendable {
        enum Action: Sendable {
            case load(String)
            case unload(String)
            case look
            case require([String: Set<Int>])
        }
        let action: Action
        let done: @Sendable (RegistryError?) -> Void
    }

    struct Content: Sendable {
        var commands: [Command] = []
        var isClosed = false
    }

    /// Readable when there is something to take; -1 when the system has no descriptor left, and
    /// commands then wait for the next poll.
    let bell: Int32
    private let content = Mutex(Content())

    init() { bell = eventfd(0, Int32(EFD_NONBLOCK | EFD_CLOEXEC)) }

    deinit { if bell >= 0 { Glibc.close(bell) } }

    /// - Returns: false when the mailbox has been closed.
    func post(_ command: Command) -> Bool {
        let isOpen = content.withLock { content in
            if !content.isClosed { content.commands.append(command) }
            return !content.isClosed
        }
        if isOpen { ring() }
        return isOpen
    }

    func close() {
        content.withLock { $0.isClosed = true }
        ring()
    }

    /// All commands since the last time.
    func take() -> Content {
        var count: UInt64 = 0
        _ = read(bell, &count, 8)
        return content.withLock { content in
            defer { content.commands.removeAll() }
            return content
        }
    }

    private func ring() {
        var one: UInt64 = 1
        _ = write(bell, &one, 8)
    }
}
