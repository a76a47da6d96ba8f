import VigieRPC
import VigieRegistry
import VigieServices
import VigieTelemetry
import VigieTransport

/// What a pod reports at `/metrics`, from its own figures to those of models: of a registry that is
/// too large for a scrape, the last are left out.
extension Pod {
    static func metrics(
        _ settings: PodSettings, _ limits: ServerLimits, server: HTTPServer,
        handlers: [RPCCounters], load: PodLoad,
        registry: RegistryMetrics, services: VigieServices, pool: WorkerPool?,
        others: [any MetricSource]
    ) -> MetricsPage {
        let workers: [any MetricSource] = pool.map { [WorkerMetrics($0)] } ?? []
        return MetricsPage(
            [
                BuildMetrics(), ProcessMetrics(), load,
                UtilizationMetrics(server: server, pool: pool),
                TransportMetrics(
                    server, limits: limits,
                    isTLS: settings.tls.configuration != nil),
                RPCMetrics(handlers, limits: settings.limits.rpcLimits), registry,
            ] + others + workers + [DriftMetrics(services), ModelMetrics(services)],
            maxSeries: settings.telemetry.maxMetricSeries)
    }
}
