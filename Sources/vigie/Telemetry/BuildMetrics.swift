import VigieServices
import VigieTelemetry

/// What this build is, as one series whose labels say it.
struct BuildMetrics: MetricSource {
    func metricFamilies() -> [MetricFamily] {
        [
            MetricFamily(
                .gauge, "vigie_build_info", help: "1; what this build is made of.",
                metrics: [
                    Metric(
                        1.0,
                        [MetricLabel("version", Build.version)]
                            + BuildFacts.all.map {
                                MetricLabel($0.replacing("-", with: "_"), $1)
                            })
                ])
        ]
    }
}
