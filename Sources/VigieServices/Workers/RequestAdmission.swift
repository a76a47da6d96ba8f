import VigieRPC
import VigieTransport

/// Where a request runs, and whether it is taken on at all.
extension ServingNode {
    /// Whether a request of `rows` rows runs on the loop.
    @inline(__always)
    func runsInline(_ served: ServedVersion, rows: Int, _ cost: UInt64) -> Bool {
        guard pool != nil else { return true }
        switch served.execution {
        case .automatic: return cost <= inlineCostMax
        case .inline: return rows <= TensorRun.sliceRowsMax
        case .pool: return false
        }
    }

    /// The workers, if they can take a request and answer it in time, and whether it is only tried to
    /// learn what it costs.
    func admit(
        _ served: ServedVersion, _ cost: WorkCost, bytes: Int, priority: CallPriority,
        _ context: RequestContext
    ) throws(RPCStatus) -> (pool: WorkerPool, isProbe: Bool) {
        guard let pool else {
            throw RPCStatus(.internal, "an answer is to come later, and there are no workers")
        }
        do throws(WorkRefusal) {
            let isProbe = try pool.check(
                served.shared, cost, bytes: bytes, deadline: context.deadline, priority: priority,
                now: MonotonicTime(nanoseconds: context.began))
            return (pool, isProbe)
        } catch { throw served.refuse(error, retryAfter: pool.options.retryAfter) }
    }

    /// Refuses a request whose decision must be recorded while that is known to be impossible.
    @inline(__always)
    func checkRecording(
        _ decision: DecisionContext?, _ routed: Routed, _ context: RequestContext
    ) throws(RPCStatus) {
        guard let decision, decision.isRequired, let obstacle = decisions?.obstacle else { return }
        routed.failed(.unavailable, context)
        throw .unrecorded(obstacle)
    }
}

extension ServedVersion {
    /// Notes what a call on the loop took. One in sixteen is enough to follow what calls cost; but when
    /// two in a row take longer than a loop should, that is no accident.
    @inline(__always)
    func observe(
        _ kind: ArtifactCosts.Kind, rows: Int, _ nanoseconds: UInt64, over limit: UInt64
    ) {
        overruns = nanoseconds > limit ? overruns &+ 1 : 0
        if overruns > 1 || counters.executions.current & 15 == 0 {
            shared.costs.observe(kind, rows: rows, nanoseconds: nanoseconds)
        }
    }

    /// Counts a refusal by its reason, and says what the caller is told.
    func refuse(
        _ refusal: WorkRefusal, retryAfter: Duration = WorkerOptions().retryAfter
    ) -> RPCStatus {
        counters.note(refusal)
        return refusal.status(version: shared, retryAfter: retryAfter)
    }
}
