import Synchronization
import VigieRPC
import VigieRegistry

/// How many requests of one version may wait for the workers: as few as keep their latency near what
/// their computing takes. Any thread may use it.
///
/// The workers' queue has a bound for memory's sake (``WorkerOptions/queueMax``). This one is for the
/// callers' sake: a queue that is always full adds nothing to what is answered, and its length to every
/// answer's latency.
final class LaneLimit: Sendable {
    private struct State {
        var limit: ConcurrencyLimit
        var refused = 0
    }

    /// A queue of twice what is usual in the worst of a hundred cases is met once in ten thousand: the
    /// tail of a queue's length is exponential below capacity (Kingman 1970).
    private static let burstShare = 2.0

    private let limit: Mutex<State>

    /// - Parameters:
    ///   - options: nil takes on whatever comes.
    ///   - workers: who take requests off the queue.
    ///   - batching: requests wait so long for others on purpose.
    init?(_ options: ConcurrencyLimit.Options?, workers: Int, batching: BatchingPolicy?) {
        guard var options else { return nil }
        // Where each takes long, sixteen in the queue are too many; two a worker keep it busy.
        options.minimum = Double(max(2 * workers, 4))
        options.servers = workers
        if let batching {
            options.floor &+= batching.maxDelay.clampedNanoseconds
            options.usualMin &+= batching.maxDelay.clampedNanoseconds
            options.minimum = max(options.minimum, Double(2 * batching.maxRows))
        }
        limit = Mutex(State(limit: ConcurrencyLimit(options)))
    }

    /// How many of the class may wait, if `waiting` are too many; nil when one more may.
    func excess(waiting: Int, _ priority: CallPriority) -> Int? {
        limit.withLock { state in
            let most = min(state.limit.limit, state.limit.burst * Self.burstShare)
            if ConcurrencyLimit.admits(underWay: waiting, of: most, priority) { return nil }
            state.refused += 1
            return Int(most * priority.share)
        }
    }

    /// Notes a run of `jobs` that has ended.
    func note(_ jobs: [WorkerJob], started: UInt64, ended: UInt64, waiting: Int) {
        var sojourn: UInt64 = 0
        var longest: UInt64 = 0
        for job in jobs {
            let own = ended &- job.enqueued.nanoseconds
            sojourn &+= own
            longest = max(longest, own)
        }
        let run = ended &- started
        limit.withLock { state in
            state.limit.note(
                ConcurrencyLimit.Ended(
                    calls: jobs.count, sojourn: sojourn, longest: longest,
                    service: run &* UInt64(jobs.count), busy: run, underWay: waiting + jobs.count,
                    turnedAway: state.refused), now: ended)
            state.refused = 0
        }
    }
}
