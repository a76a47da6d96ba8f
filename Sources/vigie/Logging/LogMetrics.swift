import VigieTelemetry

/// What the log reports to a scrape.
struct LogMetrics: MetricSource {
    let writer: LogWriter

    func metricFamilies() -> [MetricFamily] {
        [
            MetricFamily(
                .counter, "vigie_log_written_bytes", unit: "bytes",
                help: "Bytes of log lines handed to their reader.",
                metrics: [Metric(writer.written)]),
            MetricFamily(
                .counter, "vigie_log_lines_dropped",
                help: "Log lines lost: they came faster than they were taken, or could not be "
                    + "written.",
                metrics: [Metric(writer.dropped)]),
        ]
    }
}
