import CVigieSys
import Glibc

/// A thread that runs an ``EventLoop`` from start to end.
package final class LoopThread: @unchecked Sendable {
    package let loop: EventLoop
    private var thread = pthread_t()

    /// Starts the loop at once. Signals stay with the main thread.
    package init(loop: EventLoop, name: String) throws(SystemError) {
        self.loop = loop
        final class Start {
            let loop: EventLoop
            let name: String
            init(_ loop: EventLoop, _ name: String) {
                self.loop = loop
                self.name = name
            }
        }
        let start = Unmanaged.passRetained(Start(loop, name))
        let code = pthread_create(
            &thread, nil,
            { raw in
                let start = Unmanaged<Start>.fromOpaque(raw!).takeRetainedValue()
                // 15 bytes at most (pthread_setname_np(3)).
                vigie_name_thread(String(start.name.prefix(15)))
                var all = sigset_t()
                sigfillset(&all)
                pthread_sigmask(SIG_BLOCK, &all, nil)
                start.loop.run()
                return nil
            }, start.toOpaque())
        guard code == 0 else {
            start.release()
            throw SystemError("pthread_create", code: code)
        }
    }

    /// Waits until the loop has ended. Call it once, from another thread.
    package func join() { pthread_join(thread, nil) }
}
