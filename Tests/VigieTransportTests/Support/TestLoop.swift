import VigieTransport

/// A loop on a thread of its own, which a test hops on.
final class TestLoop: Sendable {
    let loop: EventLoop
    private let thread: LoopThread

    init() throws {
        loop = try EventLoop()
        thread = try LoopThread(loop: loop, name: "test-loop")
    }

    /// Runs `body` on the loop's thread.
    func run<R: Sendable>(_ body: @escaping @Sendable () -> R) async -> R {
        await withCheckedContinuation { done in
            loop.execute { done.resume(returning: body()) }
        }
    }

    /// Ends the loop and waits for its thread.
    func stop() {
        loop.stop()
        thread.join()
    }
}
