import CVigieSys
import Glibc

/// Wakes a thread that waits for it (eventfd(2)).
final class Bell: Sendable {
    private let descriptor: Int32

    init() { descriptor = eventfd(0, Int32(EFD_NONBLOCK | EFD_CLOEXEC)) }

    deinit { if descriptor >= 0 { close(descriptor) } }

    func ring() {
        var one: UInt64 = 1
        _ = write(descriptor, &one, 8)
    }

    /// Returns when somebody rang since the last time, or `duration` has passed.
    func wait(atMost duration: Duration) {
        let milliseconds = Int32(clamping: Int(max(0, min(duration / .milliseconds(1), 3.6e6))))
        var poll = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
        _ = Glibc.poll(&poll, 1, milliseconds)
        var count: UInt64 = 0
        _ = read(descriptor, &count, 8)
    }
}
