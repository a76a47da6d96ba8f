import Synchronization
import VigieRegistry
import VigieRollouts
import VigieTransport

/// Takes canaries out that fail: a thread that looks at what the loops have counted, twenty times a
/// second while there is a canary, and sleeps otherwise. It asks nobody, and costs the loops nothing but
/// the counters that they keep anyway.
package final class CanaryGuard: Sendable {
    /// Fast enough to act well within a second, and seldom enough to cost some 0.1 % of a core.
    static let interval = Duration.milliseconds(50)

    /// What has become of a canary's requests.
    package typealias Sampler = @Sendable (CanaryState) -> GuardSample

    private let sample: Sampler
    private let report: @Sendable (RolloutEvent) -> Void
    private let bell: Doorbell
    private let state = Mutex(State())
    private let thread = Mutex<WorkThread?>(nil)

    private struct State {
        var canaries: [CanaryState] = []
        var trips: [TripKey: UInt64] = [:]
        var isStopped = false
    }

    /// Which trips are counted together.
    package struct TripKey: Sendable, Hashable {
        package let model: String
        package let version: Int
        package let reason: GuardTrip.Reason
    }

    /// Starts the thread.
    package init(
        sample: @escaping Sampler, report: @escaping @Sendable (RolloutEvent) -> Void
    ) throws(SystemError) {
        self.sample = sample
        self.report = report
        bell = try Doorbell()
        guard let thread = WorkThread(name: "vigie-guard", { [self] in work() }) else {
            throw SystemError("pthread_create")
        }
        self.thread.withLock { $0 = thread }
    }

    /// Ends the thread, and waits for it.
    package func stop() {
        state.withLock { $0.isStopped = true }
        bell.ring()
        let thread = thread.withLock { thread in
            defer { thread = nil }
            return thread
        }
        thread?.join()
    }

    /// Says which canaries there are now. Any thread.
    package func watch(_ table: RouteTable) {
        state.withLock { $0.canaries = table.routes.values.compactMap(\.canary) }
        bell.ring()
    }

    /// How often canaries were taken out. Any thread.
    package var trips: [TripKey: UInt64] { state.withLock { $0.trips } }

    private func work() {
        var watches: [ObjectIdentifier: CanaryWatch] = [:]
        while true {
            let (canaries, isStopped) = state.withLock { ($0.canaries, $0.isStopped) }
            guard !isStopped else { return }
            let active = canaries.filter { !$0.isOut }
            watches = watches.filter { id, _ in active.contains { ObjectIdentifier($0) == id } }
            for canary in active {
                look(
                    canary, &watches[ObjectIdentifier(canary), default: CanaryWatch(canary.limits)])
            }
            let next =
                active.isEmpty ? .never : MonotonicTime.now().advanced(by: Self.interval)
            bell.wait(until: next)
        }
    }

    private func look(_ canary: CanaryState, _ watch: inout CanaryWatch) {
        guard
            let verdict = watch.look(sample(canary), now: MonotonicTime.now().nanoseconds)
        else { return }
        let trip = GuardTrip(
            version: canary.version, reason: verdict.reason, message: verdict.message, time: .now())
        canary.takeOut(trip)
        state.withLock { state in
            let key = TripKey(
                model: canary.model, version: canary.version, reason: trip.reason)
            state.trips[key, default: 0] += 1
        }
        report(.tripped(canary, trip))
    }
}
