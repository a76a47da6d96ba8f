import VigieEngine
import VigieProtos
import VigieRegistry

extension Inference.ModelStatistics {
    /// Writes what has been counted; nothing is answered from a cache. `queue` is the time that
    /// answered requests waited for a worker; refused ones are among the failures.
    func fill(_ statistics: VersionStatistics) {
        setName(statistics.model.name)
        setVersion(statistics.model.versionText)
        lastInference = statistics.lastRequest
        inferenceCount = statistics.rows
        executionCount = statistics.executions
        let stats = mutableInferenceStats()
        let count = statistics.success.count
        stats.mutableSuccess().fill(count, statistics.success.nanoseconds)
        stats.mutableFail().fill(statistics.failure.count, statistics.failure.nanoseconds)
        stats.mutableQueue().fill(count, statistics.queueNanoseconds)
        stats.mutableComputeInput().fill(count, statistics.inputNanoseconds)
        stats.mutableComputeInfer().fill(count, statistics.computeNanoseconds)
        stats.mutableComputeOutput().fill(count, statistics.outputNanoseconds)
        stats.mutableCacheHit().fill(0, 0)
        stats.mutableCacheMiss().fill(0, 0)
        for batch in statistics.batches {
            let message = addBatchStats()
            message.batchSize = batch.rows
            message.mutableComputeInput().fill(batch.count, batch.inputNanoseconds)
            message.mutableComputeInfer().fill(batch.count, batch.computeNanoseconds)
            message.mutableComputeOutput().fill(batch.count, batch.outputNanoseconds)
        }
        let memory = addMemoryUsage()
        memory.type = "CPU"
        memory.byteSize = UInt64(
            clamping: Artifact.memoryBytes(of: [statistics.model.artifact]))
    }
}

extension Inference.StatisticDuration {
    fileprivate func fill(_ count: UInt64, _ nanoseconds: UInt64) {
        self.count = count
        ns = nanoseconds
    }
}
