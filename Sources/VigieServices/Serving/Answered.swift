import VigieRPC
import VigieTelemetry

/// An answer that stands and is being encoded: what is counted of it when that is done.
struct Answered {
    let served: ServedVersion
    /// Without the end.
    var times: RequestTimes
    let rows: Int
    let arm: Arm
    let trace: TraceContext
    /// The model ran on the loop for it, which is counted with it.
    let ranHere: Bool
    /// The workspace holds the request's tensors.
    var hasTensors = false
}

extension ServingNode {
    /// Counts the answer that has just been encoded, if there is one.
    /// - Parameter now: nanoseconds of the monotonic clock.
    /// - Returns: whether there is one; ``ServingNode/lastStations`` are its then.
    @inline(__always)
    @discardableResult
    func settle(_ now: UInt64) -> Bool {
        guard var answered else { return false }
        self.answered = nil
        answered.times.ended = now
        let counters = answered.served.counters
        counters.succeeded(
            answered.times, rows: answered.rows, arm: answered.arm, trace: answered.trace)
        if answered.ranHere { counters.ran(answered.times, rows: answered.rows) }
        if answered.hasTensors, let drift = answered.served.drift,
            drift.wants(answered.times.computed)
        {
            drift.keepFirstRow(of: answered.served.workspace, now: answered.times.computed)
        }
        lastStations = CallStations(answered.times, rows: answered.rows)
        return true
    }
}
