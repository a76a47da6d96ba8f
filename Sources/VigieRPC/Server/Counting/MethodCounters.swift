import Synchronization
import VigieTelemetry

/// What one loop has seen of one method. The loop writes, any thread reads.
///
/// Outcomes get their memory when the first call ends so: some 11 KB each, and never again.
package final class MethodCounters: Sendable {
    /// Calls whose headers have come.
    package let started = LoopCounter()
    private let outcomes: InlineArray<17, AtomicLazyReference<OutcomeCounters>>

    package init() {
        outcomes = InlineArray { _ in AtomicLazyReference<OutcomeCounters>() }
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
        let counters = outcome(status)
        counters.duration.record(nanoseconds)
        counters.received.record(received)
        counters.sent.record(sent)
        guard trace.isSampled else { return }
        counters.exemplars.record(Exemplar(trace: trace, value: nanoseconds, time: now))
    }

    @inline(__always)
    private func outcome(_ status: StatusCode) -> OutcomeCounters {
        // Status codes are 0 … 16.
        outcomes[status.rawValue].load() ?? outcomes[status.rawValue].storeIfNil(OutcomeCounters())
    }

    /// From any thread: nil when no call has ended so.
    func current(_ status: StatusCode) -> OutcomeCounters? { outcomes[status.rawValue].load() }
}

/// Calls that ended with one status.
final class OutcomeCounters: Sendable {
    let duration = LoopHistogram(.latency)
    let exemplars = LoopExemplars(.latency)
    let received = LoopHistogram(.size)
    let sent = LoopHistogram(.size)
}
