import CVigieSys
import Glibc

/// Wakes one thread that waits for it: rings are counted until the thread has heard them, so that
/// none is lost.
package final class Doorbell: Sendable {
    /// Readable while there are rings that nobody has heard: for those who wait for more than this.
    package let descriptor: Int32

    package init() throws(SystemError) {
        descriptor = eventfd(0, Int32(EFD_NONBLOCK | EFD_CLOEXEC))
        guard descriptor >= 0 else { throw SystemError("eventfd") }
    }

    deinit { close(descriptor) }

    /// From any thread.
    package func ring() {
        var one: UInt64 = 1
        write(descriptor, &one, 8)
    }

    /// Returns when it has been rung since the last time, or at `time`; ``MonotonicTime/never`` is
    /// no time at all. It may return early.
    package func wait(until time: MonotonicTime) {
        var wait: Int64 = -1
        if time != .never {
            let now = MonotonicTime.now().nanoseconds
            wait = Int64(clamping: time.nanoseconds - min(now, time.nanoseconds))
        }
        if vigie_await_input(descriptor, wait) > 0 { heard() }
    }

    /// Takes all rings so far, and waits for none.
    package func heard() {
        var rings: UInt64 = 0
        read(descriptor, &rings, 8)
    }
}
