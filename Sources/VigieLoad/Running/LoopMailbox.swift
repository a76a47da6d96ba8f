import Synchronization
import VigieTransport

/// Asks something of a loop's thread and waits for the answer.
final class LoopMailbox<Value: Sendable>: Sendable {
    private let value = Mutex<Value?>(nil)
    private let bell: Doorbell

    init() throws(SystemError) { bell = try Doorbell() }

    /// Runs `body` on the loop; nil when the loop has ended or takes longer than `seconds`.
    static func ask(
        _ loop: EventLoop, seconds: Int = 10, _ body: @escaping @Sendable () -> Value
    ) throws(SystemError) -> Value? {
        let mailbox = try LoopMailbox()
        loop.execute { mailbox.put(body()) }
        let deadline = MonotonicTime.now().advanced(by: .seconds(seconds))
        while MonotonicTime.now() < deadline {
            if let value = mailbox.take() { return value }
            mailbox.bell.wait(until: deadline)
        }
        return mailbox.take()
    }

    private func put(_ value: Value) {
        self.value.withLock { $0 = value }
        bell.ring()
    }

    private func take() -> Value? { value.withLock { $0 } }
}
