import Glibc
import Synchronization
import VigieRPC
import VigieServices
import VigieTelemetry
import VigieTransport

/// How busy the pod is: for clients that share calls out by it (ORCA), and for an autoscaler.
///
/// The *load* is what bounds the pod: the share of the last second that its loops worked, or of its
/// workers that are at work, whichever is more. While calls are turned away it is what it would be if
/// none were, and so above 1: an autoscaler that holds it at 0.6 then knows how many pods it takes.
final class PodLoad: LoadReporter, MetricSource {
    /// A figure is this old at most before it is taken anew, in nanoseconds.
    private static let lifetime: UInt64 = 250_000_000

    private let server: HTTPServer
    private let handlers: [RPCCounters]
    private let pool: WorkerPool?
    private let processors = Double(Processors.usable)
    private let memoryMax = PodMemory.limit
    private let state: Mutex<State>

    private struct State {
        var sample: Sample
        /// Nil until somebody has asked.
        var report: LoadReport?
    }

    private struct Sample {
        var time: UInt64
        var processor: Double
        var calls: CallCounts
        /// Of all workers, in nanoseconds.
        var busy: UInt64
        /// Refused by the workers' queue.
        var turnedAway: UInt64
    }

    init(_ server: HTTPServer, _ handlers: [RPCCounters], _ pool: WorkerPool?) {
        self.server = server
        self.handlers = handlers
        self.pool = pool
        state = Mutex(State(sample: Self.sample(handlers, pool)))
    }

    private static func sample(_ handlers: [RPCCounters], _ pool: WorkerPool?) -> Sample {
        let now = MonotonicTime.now().nanoseconds
        return Sample(
            time: now, processor: ProcessMetrics.processorSeconds(),
            calls: handlers.reduce(into: CallCounts()) { $0 += $1.calls },
            busy: pool?.busyNanoseconds(until: now) ?? 0, turnedAway: pool?.turnedAway ?? 0)
    }

    func report() -> LoadReport {
        state.withLock { state in
            let now = MonotonicTime.now().nanoseconds
            let elapsed = now &- min(state.sample.time, now)
            if let report = state.report, elapsed < Self.lifetime { return report }
            let next = Self.sample(handlers, pool)
            let report = makeReport(
                state.sample, next, seconds: Double(max(elapsed, 1_000_000)) / 1e9)
            state.report = report
            state.sample = next
            return report
        }
    }

    private func makeReport(_ last: Sample, _ next: Sample, seconds: Double) -> LoadReport {
        let calls = next.calls - last.calls
        var report = LoadReport()
        report.cpu = max(next.processor - last.processor, 0) / seconds / processors
        if let memoryMax, let used = ProcessMetrics.residentBytes {
            report.memory = used / memoryMax
        }
        report.callsPerSecond = Double(calls.ended) / seconds
        report.errorsPerSecond = Double(calls.failed) / seconds
        let mean = server.meanUtilization
        report.utilization = [("loops", mean)]
        var busiest = mean
        if let pool {
            // Of a moment it would be all or nothing.
            let busy = Double(Int64(bitPattern: next.busy &- last.busy)) / 1e9
            let workers = min(max(busy / seconds / Double(pool.options.workers), 0), 1)
            report.utilization.append(("workers", workers))
            busiest = max(busiest, workers)
        }
        let turnedAway = calls.shed &+ (next.turnedAway &- last.turnedAway)
        let taken = calls.ended &- min(turnedAway, calls.ended)
        report.application = busiest * (1 + Double(turnedAway) / Double(max(taken, 1)))
        return report
    }

    func metricFamilies() -> [MetricFamily] {
        let report = report()
        return [
            MetricFamily(
                .gauge, "vigie_load_ratio", unit: "ratio",
                help:
                    "Share of the pod's loops or workers that are busy, with calls that were turned away; above 1 under overload.",
                metrics: [Metric(report.application)])
        ]
    }
}
