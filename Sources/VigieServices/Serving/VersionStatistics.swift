import Glibc
import VigieRegistry
import VigieTelemetry
import VigieTransport

/// How often something happened, and how long it took in all.
package struct CountAndTime: Sendable, Equatable {
    package var count: UInt64 = 0
    package var nanoseconds: UInt64 = 0
}

/// What has happened to one version since it was loaded, over all loops.
package struct VersionStatistics: Sendable {
    package let model: LoadedModel
    package var success = CountAndTime()
    package var failure = CountAndTime()
    /// Rows answered.
    package var rows: UInt64 = 0
    /// Times that the model ran; its input, run and output took the times below.
    package var executions: UInt64 = 0
    package var inputNanoseconds: UInt64 = 0
    package var computeNanoseconds: UInt64 = 0
    package var outputNanoseconds: UInt64 = 0
    /// Answered requests waited so long for a worker.
    package var queueNanoseconds: UInt64 = 0
    /// Failures of requests that were not computed, by reason.
    package var refusals = Refusals()
    /// Milliseconds since 1970; 0 for never.
    package var lastRequest: UInt64 = 0
    /// By rows, ascending; at most ``VersionCounters/batchSizesMax`` a loop.
    package var batches: [BatchStatistics] = []

    package struct Refusals: Sendable, Equatable {
        /// As many requests or bytes waited as may, or are good for their latency.
        package var full: UInt64 { queue &+ crowded &+ memory }
        package var queue: UInt64 = 0
        package var crowded: UInt64 = 0
        package var memory: UInt64 = 0
        /// The deadline could not be met, which was seen at once.
        package var late: UInt64 = 0
        /// The deadline could not be met any more when its turn came.
        package var expired: UInt64 = 0
        /// The caller had gone when its turn came.
        package var abandoned: UInt64 = 0
    }

    package struct BatchStatistics: Sendable, Equatable {
        package var rows: UInt64
        package var count: UInt64
        package var inputNanoseconds: UInt64
        package var computeNanoseconds: UInt64
        package var outputNanoseconds: UInt64
    }

    init(_ model: LoadedModel) { self.model = model }

    /// Adds what one loop has counted.
    mutating func add(_ counters: VersionCounters) {
        success.count &+= counters.successes.current
        success.nanoseconds &+= counters.successNanoseconds.current
        failure.count &+= counters.failures.current
        failure.nanoseconds &+= counters.failureNanoseconds.current
        rows &+= counters.rows.current
        executions &+= counters.executions.current
        inputNanoseconds &+= counters.inputNanoseconds.current
        computeNanoseconds &+= counters.computeNanoseconds.current
        outputNanoseconds &+= counters.outputNanoseconds.current
        queueNanoseconds &+= counters.queueNanoseconds.current
        refusals.queue &+= counters.refusedFull.current
        refusals.crowded &+= counters.refusedCrowded.current
        refusals.memory &+= counters.refusedMemory.current
        refusals.late &+= counters.refusedLate.current
        refusals.expired &+= counters.expired.current
        refusals.abandoned &+= counters.abandoned.current
        let last = counters.lastRequest.current
        if last > 0 { lastRequest = max(lastRequest, Self.wallMilliseconds(monotonic: last)) }
        for batch in counters.batches where batch.size.current > 0 { add(batch) }
        batches.sort { $0.rows < $1.rows }
    }

    /// Milliseconds since 1970 for a time of the monotonic clock.
    private static func wallMilliseconds(monotonic: UInt64) -> UInt64 {
        var time = timespec()
        clock_gettime(CLOCK_REALTIME, &time)
        let now = UInt64(time.tv_sec) &* 1_000_000_000 &+ UInt64(time.tv_nsec)
        let age = MonotonicTime.now().nanoseconds &- monotonic
        return (now &- age) / 1_000_000
    }

    private mutating func add(_ batch: BatchCounters) {
        let size = batch.size.current
        let index =
            batches.firstIndex { $0.rows == size }
            ?? {
                batches.append(
                    BatchStatistics(
                        rows: size, count: 0, inputNanoseconds: 0, computeNanoseconds: 0,
                        outputNanoseconds: 0))
                return batches.count - 1
            }()
        batches[index].count &+= batch.count.current
        batches[index].inputNanoseconds &+= batch.inputNanoseconds.current
        batches[index].computeNanoseconds &+= batch.computeNanoseconds.current
        batches[index].outputNanoseconds &+= batch.outputNanoseconds.current
    }
}
