/// Whoever has something to report to a scrape: a pod keeps a list of them and asks each in turn.
///
///     extension SpanExporter: MetricSource {
///         func metricFamilies() -> [MetricFamily] {
///             [MetricFamily(
///                 .counter, "vigie_trace_spans_dropped", help: "Spans that were not exported.",
///                 metrics: [Metric(dropped.current, [MetricLabel("reason", "full")])])]
///         }
///     }
package protocol MetricSource: Sendable {
    /// What it stands at now, the same families in the same order each time. Called on the scrape's
    /// thread: it must not wait for a loop, nor hold a lock that a loop wants.
    ///
    /// A family's name belongs to one source: no other may report it.
    func metricFamilies() -> [MetricFamily]
}
