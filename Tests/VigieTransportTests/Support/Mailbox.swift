import Synchronization

/// Values from a loop's thread, taken one by one by a test, which waits for them.
final class Mailbox<Value: Sendable>: Sendable {
    private struct State: Sendable {
        var values: [Value] = []
        var waiter: CheckedContinuation<Value, Never>?
    }

    private let state = Mutex(State())

    func put(_ value: Value) {
        let waiter = state.withLock { state -> CheckedContinuation<Value, Never>? in
            if let waiter = state.waiter {
                state.waiter = nil
                return waiter
            }
            state.values.append(value)
            return nil
        }
        waiter?.resume(returning: value)
    }

    /// The oldest value, when there is one. One test at a time may wait.
    func take() async -> Value {
        await withCheckedContinuation { waiter in
            let ready = state.withLock { state -> Value? in
                guard state.values.isEmpty else { return state.values.removeFirst() }
                state.waiter = waiter
                return nil
            }
            if let ready { waiter.resume(returning: ready) }
        }
    }

    /// Values that came and were not taken.
    var waiting: [Value] { state.withLock { $0.values } }
}
