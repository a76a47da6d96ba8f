import CCurl
import Synchronization

/// Ends one request, or several, from any thread: also those that begin later.
package final class HTTPCancellation: Sendable {
    private struct State {
        var isCancelled = false
        var running: [Transfer] = []
    }

    private let state = Mutex(State())

    package init() {}

    package var isCancelled: Bool { state.withLock { $0.isCancelled } }

    /// Whoever waits for an answer is thrown ``HTTPError/Reason/cancelled`` at once.
    package func cancel() {
        state.withLock { state in
            state.isCancelled = true
            for transfer in state.running { transfer.wake() }
        }
    }

    /// Keeps `transfer` until ``end(_:)``, so that it can be woken.
    func begin(_ transfer: Transfer) { state.withLock { $0.running.append(transfer) } }

    func end(_ transfer: Transfer) {
        state.withLock { $0.running.removeAll { $0 === transfer } }
    }
}
