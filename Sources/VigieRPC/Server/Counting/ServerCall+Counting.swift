import VigieTelemetry
import VigieTransport

/// A call's part in its method's counters: all that telemetry costs a call is here, two look-ups by
/// pointer, three histograms and one reading of the clock.
extension ServerCall {
    @inline(__always)
    private func withCounters(_ body: (MethodCounters) -> Void) {
        if let called {
            called._withUnsafeGuaranteedRef { body($0.counters) }
        } else {
            body(server.counters.unknownMethods)
        }
    }

    /// The headers of a gRPC call are here.
    @inline(__always)
    func countStart() {
        isCounted = true
        withCounters { $0.started.add(1) }
    }

    /// The call's status is known; counts once.
    @inline(__always)
    func countEnd(_ status: StatusCode) {
        if isCounted { countEnd(status, at: .now()) }
    }

    func countEnd(_ status: StatusCode, at time: MonotonicTime) {
        guard isCounted else { return }
        isCounted = false
        endedAt = time
        let now = endedAt.nanoseconds
        withCounters {
            $0.ended(
                status, nanoseconds: now &- min(started.nanoseconds, now), received: receivedBytes,
                sent: sentBytes, trace: trace, now: now)
        }
    }
}
