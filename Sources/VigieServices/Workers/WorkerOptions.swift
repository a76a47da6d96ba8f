import VigieRPC
import VigieRegistry

/// Which requests go to the workers, how many of those there are, and what may wait for them.
package struct WorkerOptions: Sendable {
    /// Threads; 0 runs everything on the loops.
    package var workers = 2
    /// A request that is expected to cost more does not run on its loop. One loop answers some 5,000
    /// such requests a second, and the others behind it wait as long.
    package var inlineCostMax: Duration = .microseconds(200)
    /// Requests of one model version that may wait. At a millisecond each that is half a second for
    /// one worker: longer than any of our callers waits.
    package var queueMax = 512
    /// Inputs and outputs of requests that wait, run, or are being answered: twenty batches of
    /// 100,000 rows of 30 features.
    package var heldBytesMax = 256 << 20
    /// A request this small is taken although ``heldBytesMax`` is reached, so that large batches of
    /// one model do not keep others out; ``queueMax`` bounds these.
    package var smallBytes = 64 << 10
    /// By how much a worker yields to loops that want its core (nice(2)): 10 is a tenth of the core
    /// as long as a loop wants the rest.
    package var niceness = 10
    /// For versions whose manifest says nothing; nil puts no requests together.
    package var batching: BatchingPolicy?
    /// How many requests of a version may wait so that they do not wait long, found by itself; nil: as
    /// many as ``queueMax`` says.
    package var adaptiveConcurrency: ConcurrencyLimit.Options? = ConcurrencyLimit.Options()
    /// When a caller that found the queue full may come back, at the earliest.
    package var retryAfter: Duration = .milliseconds(200)

    package init() {}
}
