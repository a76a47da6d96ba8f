import Synchronization
import VigieCrypto

/// Whose manifests are believed now: keys come and go while a pod serves. Any thread.
///
/// It says who may be loaded from now on. A version that serves already serves on, whatever has become
/// of the key that signed it.
package final class TrustHolder: Sendable {
    private struct State {
        var policy: TrustPolicy
        var generation: UInt64 = 0
    }

    /// What a replacement has changed: ids of keys, ascending.
    package struct Change: Sendable, Equatable {
        package var added: [String]
        package var removed: [String]
    }

    private let state: Mutex<State>

    package init(_ policy: TrustPolicy = TrustPolicy()) { state = Mutex(State(policy: policy)) }

    package var policy: TrustPolicy { state.withLock { $0.policy } }

    /// Grows with each change: what was refused before may be believed after it.
    package var generation: UInt64 { state.withLock { $0.generation } }

    /// - Returns: nil when these were the keys already.
    package func replace(_ keys: [Ed25519.PublicKey]) -> Change? {
        state.withLock { state in
            let new = Set(keys.map(\.id))
            let old = Set(state.policy.keys.map(\.id))
            state.policy.keys = keys
            guard new != old else { return nil }
            state.generation += 1
            return Change(
                added: new.subtracting(old).sorted(), removed: old.subtracting(new).sorted())
        }
    }
}
