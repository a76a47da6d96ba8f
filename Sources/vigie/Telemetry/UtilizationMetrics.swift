import VigieServices
import VigieTelemetry
import VigieTransport

/// How much of what it can work on at once a pod has in flight: what an autoscaler is to look at.
///
/// Requests on a loop are in flight for as long as the loop works; so their mean number is the share
/// of time that it does. Requests at the workers are counted, those that wait too: so the figure
/// passes 1 when more comes than can be done, and tells by how much.
struct UtilizationMetrics: MetricSource {
    let server: HTTPServer
    let pool: WorkerPool?

    func metricFamilies() -> [MetricFamily] {
        let load = pool?.load
        let workers = pool?.options.workers ?? 0
        let inline = server.meanUtilization
        let pooled =
            load.map { Double($0.waiting + $0.running) / Double(max(workers, 1)) } ?? 0
        return [
            MetricFamily(
                .gauge, "vigie_inflight_utilization_ratio", unit: "ratio",
                help: "Requests in flight by what can be worked on at once; loops or workers, "
                    + "whichever is more.",
                metrics: [Metric(max(inline, pooled))])
        ]
    }
}
