/// When a request passed its stations, in nanoseconds of the monotonic clock.
struct RequestTimes {
    /// The request has been decoded.
    var began: UInt64
    /// The workspace holds its inputs.
    var inputsRead: UInt64
    /// The model has run.
    var computed: UInt64
    /// The response stands.
    var ended: UInt64
}

/// What one loop has done with one version of a model. The loop writes, any thread reads; figures
/// that belong together may be read in between, and differ by a request.
final class VersionCounters: Sendable {
    /// Sizes of batch that are told apart; the first that come are. More than a client's habits
    /// have.
    static let batchSizesMax = 16

    let successes = LoopCounter()
    let successNanoseconds = LoopCounter()
    let failures = LoopCounter()
    let failureNanoseconds = LoopCounter()
    /// Rows answered.
    let rows = LoopCounter()
    /// Times that the model ran.
    let executions = LoopCounter()
    let inputNanoseconds = LoopCounter()
    let computeNanoseconds = LoopCounter()
    let outputNanoseconds = LoopCounter()
    /// When the last request was answered or failed, in nanoseconds of the monotonic clock; 0 for
    /// never.
    let lastRequest = LoopCounter()
    let batches: [BatchCounters] = (0..<batchSizesMax).map { _ in BatchCounters() }

    /// A request of `batch` rows was answered.
    func succeeded(_ times: RequestTimes, batch: Int) {
        let input = times.inputsRead &- times.began
        let compute = times.computed &- times.inputsRead
        let output = times.ended &- times.computed
        successes.add(1)
        successNanoseconds.add(times.ended &- times.began)
        rows.add(UInt64(batch))
        executions.add(1)
        inputNanoseconds.add(input)
        computeNanoseconds.add(compute)
        outputNanoseconds.add(output)
        lastRequest.set(times.ended)
        let size = UInt64(batch)
        for counters in batches where counters.size.current == size || counters.claim(size) {
            counters.count.add(1)
            counters.inputNanoseconds.add(input)
            counters.computeNanoseconds.add(compute)
            counters.outputNanoseconds.add(output)
            return
        }
    }

    /// A request that had found the version was refused, or could not be answered.
    func failed(began: UInt64, ended: UInt64) {
        failures.add(1)
        failureNanoseconds.add(ended &- began)
        lastRequest.set(ended)
    }
}

/// What one loop has done with batches of one size.
final class BatchCounters: Sendable {
    /// Rows; 0 while nothing is counted here.
    let size = LoopCounter()
    let count = LoopCounter()
    let inputNanoseconds = LoopCounter()
    let computeNanoseconds = LoopCounter()
    let outputNanoseconds = LoopCounter()

    /// Counts batches of `size` from now on, if no other are counted here.
    func claim(_ size: UInt64) -> Bool {
        guard self.size.current == 0 else { return false }
        self.size.set(size)
        return true
    }
}
