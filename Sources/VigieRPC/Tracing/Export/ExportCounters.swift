import VigieTelemetry

/// What has become of recorded calls; the exporter's thread writes.
package final class ExportCounters: Sendable {
    /// Spans that the collector has taken.
    package let spans = LoopCounter()
    /// Spans that it has taken note of and refused.
    package let rejectedSpans = LoopCounter()
    /// Calls whose spans were handed to the collector.
    package let calls = LoopCounter()
    /// Calls that it did not want.
    package let refusedCalls = LoopCounter()
    /// Calls that could not be handed over in time.
    package let expiredCalls = LoopCounter()
    /// Exports that failed, and how many of those were tried again.
    package let failures = LoopCounter()
    package let retries = LoopCounter()
}

extension SpanExporter: MetricSource {
    package func metricFamilies() -> [MetricFamily] {
        func dropped(_ reason: String, _ count: UInt64) -> Metric {
            Metric(count, [MetricLabel("reason", reason)])
        }
        let full = observers.reduce(0) { $0 &+ $1.spans.dropped.current }
        let overRate = observers.reduce(0) { $0 &+ $1.overRate.current }
        let waiting = observers.reduce(0) { $0 + $1.spans.count }
        return [
            MetricFamily(
                .counter, "vigie_trace_calls_exported",
                help: "Recorded calls that the collector has taken.",
                metrics: [Metric(counters.calls.current)]),
            MetricFamily(
                .counter, "vigie_trace_calls_dropped",
                help: "Recorded calls that never reached the collector, by reason.",
                metrics: [
                    dropped("queue_full", full), dropped("rate", overRate),
                    dropped("refused", counters.refusedCalls.current),
                    dropped("expired", counters.expiredCalls.current),
                ]),
            MetricFamily(
                .counter, "vigie_trace_spans_exported",
                help: "Spans that the collector has taken.",
                metrics: [Metric(counters.spans.current)]),
            MetricFamily(
                .counter, "vigie_trace_spans_rejected",
                help: "Spans of an export that the collector has taken in part only.",
                metrics: [Metric(counters.rejectedSpans.current)]),
            MetricFamily(
                .counter, "vigie_trace_export_failures",
                help: "Exports that failed, whether tried again or not.",
                metrics: [Metric(counters.failures.current)]),
            MetricFamily(
                .counter, "vigie_trace_export_retries",
                help: "Exports that failed and are tried again.",
                metrics: [Metric(counters.retries.current)]),
            MetricFamily(
                .gauge, "vigie_trace_calls_waiting",
                help: "Recorded calls that wait to be exported.",
                metrics: [Metric(UInt64(waiting))]),
        ]
    }
}
