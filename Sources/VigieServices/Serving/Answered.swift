import VigieRPC
import VigieTelemetry

/// An answer that stands and is being encoded: what is counted of it when that is done.
struct Answered {
    let routed: Routed
    /// Without the end.
    var times: RequestTimes
    let rows: Int
    let trace: TraceContext
    /// The model ran on the loop for it, which is counted with it.
    let ranHere: Bool
    /// What was asked.
    let kind: ShadowTask.Kind
    /// What has computed it, if that was not the loop's workspace.
    var job: TensorJob?
    /// The request's message, for shadows, where it is no longer at hand.
    var message: [UInt8]?
    /// The workspace holds the request's tensors.
    var hasTensors = false
}

extension ServingNode {
    /// Counts the answer that has just been encoded, if there is one.
    /// - Parameters:
    ///   - now: nanoseconds of the monotonic clock.
    ///   - call: whose message it answers, if that is at hand.
    /// - Returns: whether there is one; ``ServingNode/lastStations`` are its then.
    @inline(__always)
    @discardableResult
    func settle(_ now: UInt64, _ call: ServerCall? = nil) -> Bool {
        // Moved, not copied: five references less to count up and down.
        guard var answered = answered.take() else { return false }
        answered.times.ended = now
        let served = answered.routed.served
        let counters = served.counters
        counters.succeeded(
            answered.times, rows: answered.rows, arm: answered.routed.arm, trace: answered.trace)
        if answered.ranHere { counters.ran(answered.times, rows: answered.rows) }
        if answered.hasTensors, let drift = served.drift,
            drift.wants(answered.times.computed)
        {
            drift.keepFirstRow(of: served.workspace, now: answered.times.computed)
        }
        if let routes = answered.routed.routes { followUp(answered, routes, call) }
        lastStations = CallStations(answered.times, rows: answered.rows)
        return true
    }
    /// What a rollout wants of an answer: scores to compare arms by, and shadows.
    @inline(never)
    private func followUp(_ answered: Answered, _ routes: ServedRoutes, _ call: ServerCall?) {
        let (served, arm) = (answered.routed.served, answered.routed.arm)
        switch answered.kind {
        case .score: served.counters.compare(served.probability(score: lastScore), arm: arm)
        case .infer:
            served.scoreColumn?.forEach(answered.job?.outputs ?? served.workspace.outputs) {
                served.counters.compare($0, arm: arm)
            }
        }
        if !routes.shadows.isEmpty { repeatToShadows(answered, routes, call) }
    }
}
