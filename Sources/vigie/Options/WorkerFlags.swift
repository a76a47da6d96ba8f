import ArgumentParser
import VigieCommandLine
import VigieRegistry
import VigieServices

/// Which requests run on workers, how many of these there are, and what may wait for them.
struct WorkerFlags: ParsableArguments {
    private static let defaults = WorkerOptions()

    @Option(
        help: .init(
            "Threads for requests that are too dear for a loop; 0 runs everything on the loops. Default: one a core.",
            valueName: "n"))
    var workers: Int?

    @Option(
        help: .init(
            "What a request may be expected to cost and still run on its loop.", valueName: "time"))
    var inlineCostMax = TimeSpan(WorkerFlags.defaults.inlineCostMax)

    @Option(
        help: .init("Requests of one model version that may wait for a worker.", valueName: "n"))
    var workerQueueMax = WorkerFlags.defaults.queueMax

    @Option(
        help: .init(
            "Inputs and outputs of requests that wait for a worker or are with one.",
            valueName: "bytes"))
    var maxWorkerBytes = ByteCount(WorkerFlags.defaults.heldBytesMax)

    @Option(
        help: .init(
            "By how much workers yield to loops that want their core, as nice(1) has it.",
            valueName: "0-19"))
    var workerNiceness = WorkerFlags.defaults.niceness

    @Option(
        help: .init(
            "Rows of waiting requests that share a run, for models whose manifest does not say; 0: none do.",
            valueName: "n"))
    var batchMaxRows = 0

    @Option(help: .init("How long a request waits for others to share a run.", valueName: "time"))
    var batchMaxDelay = TimeSpan(BatchingPolicy().maxDelay)

    @Option(
        help: .init(
            "With so many rows nobody waits longer. Default: a quarter of --batch-max-rows.",
            valueName: "n"))
    var batchPreferredRows: Int?

    @Option(help: .init("Rows of one ModelInfer request.", valueName: "n"))
    var maxBatchRows = ServiceLimits().maxBatchRows

    func validate() throws {
        try check("workers", workers ?? 1, 0...1024)
        try check("worker-queue-max", workerQueueMax, 1...1_000_000)
        try check("worker-niceness", workerNiceness, 0...19)
        try check("batch-max-rows", batchMaxRows, 0...BatchingPolicy.rowsRange.upperBound)
        try check("max-batch-rows", maxBatchRows, 1...100_000_000)
        if let batchPreferredRows {
            try check("batch-preferred-rows", batchPreferredRows, 1...max(batchMaxRows, 1))
        }
        guard batchMaxDelay.duration <= .microseconds(BatchingPolicy.delayMicrosecondsMax) else {
            throw ValidationError("--batch-max-delay must be at most 1s.")
        }
    }

    private func check(_ name: String, _ value: Int, _ range: ClosedRange<Int>) throws {
        guard range.contains(value) else {
            throw ValidationError(
                "--\(name) is \(value); it must be \(range.lowerBound) to \(range.upperBound).")
        }
    }

    /// For a machine with so many processors.
    func options(processors: Int) -> WorkerOptions {
        var options = WorkerOptions()
        options.workers = workers ?? processors
        options.inlineCostMax = inlineCostMax.duration
        options.queueMax = workerQueueMax
        options.heldBytesMax = maxWorkerBytes.bytes
        options.niceness = workerNiceness
        if batchMaxRows > 0 {
            options.batching = BatchingPolicy(
                maxRows: batchMaxRows, maxDelay: batchMaxDelay.duration,
                preferredRows: batchPreferredRows)
        }
        return options
    }

    var serviceLimits: ServiceLimits {
        var limits = ServiceLimits()
        limits.maxBatchRows = maxBatchRows
        return limits
    }
}
