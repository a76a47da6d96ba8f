import Synchronization
import VigieRollouts
import VigieRouting
import VigieTelemetry

/// One shadow of one model's rollout, for all loops: what waits for it, what became of what, and how it
/// compares. Loops offer, the shadows' thread takes.
final class ShadowLine: Sendable {
    /// Why a request is not repeated though its draw said so.
    enum Drop: Int, CaseIterable {
        /// As many wait as may.
        case full
        /// Requests that wait for shadows hold as many bytes as they may.
        case memory
        /// The pod has enough to do.
        case busy
        /// The version is not loaded.
        case notLoaded
        /// The message is larger than what is repeated.
        case large

        var label: String {
            switch self {
            case .full: "full"
            case .memory: "memory"
            case .busy: "busy"
            case .notLoaded: "not_loaded"
            case .large: "large"
            }
        }
    }

    let model: String
    let plan: ShadowPlan
    private let waitingCount = Atomic<Int>(0)
    private let offeredCount = Atomic<UInt64>(0)
    private let failedCount = Atomic<UInt64>(0)
    private let drops: InlineArray<5, Atomic<UInt64>> = InlineArray { _ in Atomic(0) }
    private let state = Mutex(State())

    private struct State {
        var rings: [LoopRing<ShadowTask>] = []
        /// By version that answered the callers.
        var comparisons: [Int: ShadowComparison] = [:]
    }

    init(model: String, plan: ShadowPlan) {
        self.model = model
        self.plan = plan
    }

    // MARK: For loops

    /// A loop's own way to it; called by whoever makes the loop's table.
    func makeRing() -> LoopRing<ShadowTask> {
        // The counter bounds all rings together; one of a full queue's size is never full before.
        let ring = LoopRing<ShadowTask>(capacity: plan.queue)
        state.withLock { $0.rings.append(ring) }
        return ring
    }

    /// A request is to be repeated.
    func offer() { offeredCount.wrappingAdd(1, ordering: .relaxed) }

    func drop(_ reason: Drop) { drops[reason.rawValue].wrappingAdd(1, ordering: .relaxed) }

    /// Whether one more may wait; it counts as waiting then.
    func admit() -> Bool {
        // Before it is looked whether the thread sleeps, which looks here before it does.
        let after = waitingCount.wrappingAdd(1, ordering: .sequentiallyConsistent).newValue
        guard after <= plan.queue else {
            waitingCount.wrappingSubtract(1, ordering: .relaxed)
            return false
        }
        return true
    }

    // MARK: For the shadows' thread

    /// Takes the next of some loop; nil when none waits.
    func take() -> ShadowTask? {
        let rings = state.withLock { $0.rings }
        for ring in rings {
            if let task = ring.pop() {
                waitingCount.wrappingSubtract(1, ordering: .relaxed)
                return task
            }
        }
        return nil
    }

    func failed() { failedCount.wrappingAdd(1, ordering: .relaxed) }

    /// How the shadow compares with the version that answered the callers.
    func comparison(against version: Int, thresholds: [Double]) -> ShadowComparison {
        state.withLock { state in
            if let known = state.comparisons[version] { return known }
            let made = ShadowComparison(plan.compare, thresholds: thresholds)
            state.comparisons[version] = made
            return made
        }
    }

    // MARK: For any thread

    var waiting: Int { waitingCount.load(ordering: .sequentiallyConsistent) }
    var offered: UInt64 { offeredCount.load(ordering: .relaxed) }
    var failures: UInt64 { failedCount.load(ordering: .relaxed) }

    func dropped(_ reason: Drop) -> UInt64 { drops[reason.rawValue].load(ordering: .relaxed) }

    var droppedInAll: UInt64 { Drop.allCases.reduce(0) { $0 &+ dropped($1) } }

    var comparisons: [Int: ShadowComparison] { state.withLock { $0.comparisons } }
}
