import Synchronization
import VigieRollouts

/// Whether a canary is still in, as far as this pod is concerned. All loops look at it before they send
/// a request to the canary, so that one store takes it out everywhere at once.
package final class CanaryState: Sendable {
    package let model: String
    package let version: Int
    package let stable: Int
    /// Of the rollout's spec; another generation begins anew.
    package let generation: Int
    /// When the canary's rollout began; another one begins anew. Nil without a controller.
    package let epoch: WallTime?
    package let limits: GuardSpec
    private let out = Atomic<Bool>(false)
    private let why = Mutex<GuardTrip?>(nil)

    package init(
        model: String, version: Int, stable: Int, generation: Int, epoch: WallTime? = nil,
        limits: GuardSpec
    ) {
        self.model = model
        self.version = version
        self.stable = stable
        self.generation = generation
        self.epoch = epoch
        self.limits = limits
    }

    /// The guard has taken it out. Any thread.
    @inline(__always)
    package var isOut: Bool { out.load(ordering: .relaxed) }

    /// Why it is out; nil while it is in.
    package var trip: GuardTrip? { why.withLock { $0 } }

    /// Takes it out, for good. The first reason stays.
    package func takeOut(_ trip: GuardTrip) {
        why.withLock { if $0 == nil { $0 = trip } }
        out.store(true, ordering: .releasing)
    }
}
