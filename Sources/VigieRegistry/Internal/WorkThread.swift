import CVigieSys
import Glibc

/// A thread of the operating system that runs one closure, for work that may block on a disk or take
/// long.
package final class WorkThread: @unchecked Sendable {
    private var thread = pthread_t()

    /// Starts at once; nil when the machine gives no thread. Signals stay with the main thread.
    /// - Parameter name: at most 15 bytes (pthread_setname_np(3)).
    package init?(name: StaticString, _ body: @escaping @Sendable () -> Void) {
        final class Start {
            let name: StaticString
            let body: @Sendable () -> Void
            init(_ name: StaticString, _ body: @escaping @Sendable () -> Void) {
                self.name = name
                self.body = body
            }
        }
        let start = Unmanaged.passRetained(Start(name, body))
        let code = pthread_create(
            &thread, nil,
            { raw in
                // The thread takes over the retain of `start`, which is never nil.
                let start = Unmanaged<Start>.fromOpaque(raw!).takeRetainedValue()
                vigie_name_thread(start.name.description)
                var all = sigset_t()
                sigfillset(&all)
                pthread_sigmask(SIG_BLOCK, &all, nil)
                start.body()
                return nil
            }, start.toOpaque())
        guard code == 0 else {
            start.release()
            return nil
        }
    }

    /// Waits until the closure has returned. Call it once, from another thread.
    package func join() { pthread_join(thread, nil) }

    /// Gives the calling thread a lower share of its core than others have: 0 is the same, 19 the
    /// least (nice(2), which on Linux is a thread's own).
    package static func lowerOwnPriority(by niceness: Int) {
        // Refused where a sandbox forbids it: then it keeps its share.
        setpriority(__priority_which_t(PRIO_PROCESS.rawValue), 0, Int32(clamping: niceness))
    }

    /// Whether this is the calling thread.
    var isCurrent: Bool { pthread_equal(thread, pthread_self()) != 0 }
}
