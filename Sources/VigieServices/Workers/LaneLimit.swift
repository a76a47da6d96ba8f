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
    private let limit: Mutex<ConcurrencyLimit>

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
        limit = Mutex(ConcurrencyLimit(options))
    }

    /// How many of the class may wait, if `waiting` are too many; nil when one more may.
    func excess(waiting: Int, _ priority: CallPriority) -> Int? {
        limit.withLock { limit in
            limit.admits(underWay: waiting, priority)
                ? nil : Int(limit.limit * priority.share)
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
        limit.withLock {
            $0.note(
                ConcurrencyLimit.Ended(
                    calls: jobs.count, sojourn: sojourn, longest: longest,
                    service: run &* UInt64(jobs.count), busy: run, underWay: waiting + jobs.count),
                now: ended)
        }
    }
}
