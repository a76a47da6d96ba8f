/// Keeps a scrape within what a Prometheus should be given: every label value comes from a registered
/// method, a model of the registry or a set list, but a registry may be large.
package enum SeriesLimit {
    /// The families with so many series at most, counted as the text formats show them, and two
    /// families that say how many there were and how many were left out. Families come in the order of
    /// their sources, the pod's own before those of models: what is left out is what there is much of.
    package static func applied(to families: [MetricFamily], max: Int) -> [MetricFamily] {
        var kept = 0
        var dropped = 0
        var result: [MetricFamily] = []
        for family in families {
            var family = family
            let all = family.metrics
            family.metrics = []
            for metric in all {
                let count = metric.seriesCount
                if kept + count <= max {
                    family.metrics.append(metric)
                    kept += count
                } else {
                    dropped += count
                }
            }
            result.append(family)
        }
        result.append(
            MetricFamily(
                .gauge, "vigie_metrics_series", help: "Time series of this scrape, by fate.",
                metrics: [
                    Metric(Double(kept), [MetricLabel("fate", "shown")]),
                    Metric(Double(dropped), [MetricLabel("fate", "left_out")]),
                ]))
        return result
    }
}

extension Metric {
    /// As the text formats show it: a histogram's buckets, sum and count are series too.
    var seriesCount: Int {
        switch value {
        case .number: 1
        case .histogram(let histogram): histogram.classic.count + 2
        }
    }
}
