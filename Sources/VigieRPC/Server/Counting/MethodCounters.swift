import Synchronization
import VigieTelemetry

/// What one loop has seen of one method. The loop writes, any thread reads.
///
/// Outcomes get their memory when the first call ends so: some 11 KB each, and never again.
package final class MethodCounters: Sendable {
    /// Calls whose headers have come.
    package let started = LoopCounter()
    // Retained by this object. AtomicLazyReference would be the type for it, but its generic code is not
    // specialised and costs some 50 ns a look.
    private let outcomes: InlineArray<17, Atomic<Unmanaged<OutcomeCounters>?>>

    package init() {
        outcomes = InlineArray { _ in Atomic(nil) }
    }

    deinit {
        for index in outcomes.indices { outcomes[index].load(ordering: .acquiring)?.release() }
    }

    /// For the loop's thread: counts a call that has ended.
    /// - Parameters:
    ///   - nanoseconds: from its headers to its status.
    ///   - received: bytes of its request messages as they came, without prefixes.
    ///   - sent: bytes of its response messages as they went, without prefixes.
    @inline(__always)
    package func ended(
        _ status: StatusCode, nanoseconds: UInt64, received: UInt64, sent: UInt64,
        trace: TraceContext, now: UInt64
    ) {
        // Not counted up and down: outcomes live as long as this object.
        outcome(status)._withUnsafeGuaranteedRef { counters in
            counters.duration.record(nanoseconds)
            counters.received.record(received)
            counters.sent.record(sent)
            guard trace.isSampled else { return }
            counters.exemplars.record(Exemplar(trace: trace, value: nanoseconds, time: now))
        }
    }

    @inline(__always)
    private func outcome(_ status: StatusCode) -> Unmanaged<OutcomeCounters> {
        // Status codes are 0 … 16; only the loop writes, so nobody makes another meanwhile.
        if let known = outcomes[status.rawValue].load(ordering: .relaxed) { return known }
        let made = Unmanaged.passRetained(OutcomeCounters())
        outcomes[status.rawValue].store(made, ordering: .releasing)
        return made
    }

    /// From any thread: nil when no call has ended so.
    func current(_ status: StatusCode) -> OutcomeCounters? {
        outcomes[status.rawValue].load(ordering: .acquiring)?.takeUnretainedValue()
    }
}

/// Calls that ended with one status.
final class OutcomeCounters: Sendable {
    let duration = LoopHistogram(.latency)
    let exemplars = LoopExemplars(.latency)
    let received = LoopHistogram(.size)
    let sent = LoopHistogram(.size)
}
