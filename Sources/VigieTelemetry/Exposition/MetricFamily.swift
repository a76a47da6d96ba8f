/// All time series of one name, as a scrape reports them.
package struct MetricFamily: Sendable {
    /// What the values are.
    package enum Kind: Sendable {
        /// Only grows, until the process starts again.
        case counter
        /// Goes up and down.
        case gauge
        /// Latencies in seconds, or sizes in bytes.
        case histogram
    }

    /// With its unit as the suffix, and without a counter's `_total`: `vigie_request_duration_seconds`.
    package let name: String
    /// One sentence.
    package let help: String
    /// "seconds", "bytes", "ratio"; empty for plain counts. The name ends with it.
    package let unit: String
    package let kind: Kind
    /// One a time series.
    package var metrics: [Metric]

    package init(
        _ kind: Kind, _ name: String, unit: String = "", help: String, metrics: [Metric] = []
    ) {
        self.kind = kind
        self.name = name
        self.unit = unit
        self.help = help
        self.metrics = metrics
    }

    /// The name under which Prometheus's own formats know the family.
    var prometheusName: String { kind == .counter ? name + "_total" : name }
}

/// One time series at the moment of a scrape.
package struct Metric: Sendable {
    /// What it stands at.
    package enum Value: Sendable {
        case number(Double)
        case histogram(HistogramSnapshot)
    }

    /// Pairs in the order in which they are to be shown; names unique.
    package let labels: [MetricLabel]
    package let value: Value

    package init(_ number: Double, _ labels: [MetricLabel] = []) {
        self.labels = labels
        value = .number(number)
    }

    package init(_ count: UInt64, _ labels: [MetricLabel] = []) {
        self.init(Double(count), labels)
    }

    package init(_ histogram: HistogramSnapshot, _ labels: [MetricLabel] = []) {
        self.labels = labels
        value = .histogram(histogram)
    }
}

/// A dimension of a time series.
package struct MetricLabel: Sendable, Equatable {
    package let name: String
    package let value: String

    package init(_ name: String, _ value: String) {
        self.name = name
        self.value = value
    }
}
