import VigieTelemetry

/// What the workers report.
package struct WorkerMetrics: MetricSource {
    private let pool: WorkerPool

    package init(_ pool: WorkerPool) { self.pool = pool }

    package func metricFamilies() -> [MetricFamily] {
        let load = pool.load
        return [
            MetricFamily(
                .gauge, "vigie_workers", help: "Threads for dear requests.",
                metrics: [Metric(Double(pool.options.workers))]),
            MetricFamily(
                .gauge, "vigie_worker_requests", help: "Requests at the workers, by state.",
                metrics: [
                    Metric(Double(load.waiting), [MetricLabel("state", "waiting")]),
                    Metric(Double(load.running), [MetricLabel("state", "running")]),
                ]),
            MetricFamily(
                .gauge, "vigie_worker_held_bytes", unit: "bytes",
                help: "Inputs and outputs of requests at the workers.",
                metrics: [Metric(Double(load.heldBytes))]),
            MetricFamily(
                .gauge, "vigie_worker_held_limit_bytes", unit: "bytes",
                help: "What they may be.",
                metrics: [Metric(Double(pool.options.heldBytesMax))]),
            MetricFamily(
                .counter, "vigie_worker_busy_seconds", unit: "seconds",
                help: "Time that workers computed, of all workers together.",
                metrics: [Metric(Double(pool.busyNanoseconds) / 1e9)]),
        ]
    }
}
