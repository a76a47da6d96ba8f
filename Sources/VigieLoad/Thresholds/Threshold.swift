/// A demand on a run: `p99<2ms`, `errors<0.1%`, `rate>=5000`, `wrong==0`, `p99{version=2}<5ms`.
///
/// Grammar: `METRIC[{LABEL=VALUE,…}] OP VALUE`, spaces where one likes.
///
/// Metrics: `pN` (0 < N < 100, `p99.9`), `max`, `mean`: latency of OK answers from intended times;
/// the same after `raw.`: from the times when requests were really sent; `lag.`: how late the
/// generator was by its own fault; `errors`: share of requests that did not end well, `%` or 0 … 1;
/// `rate`: OK answers a second; `sent`: requests a second; `ok`, `failed`, `wrong`: counts.
/// Labels: method, model, version, arm, reader (of the group), status (with `errors` and `failed`).
package struct Threshold: Sendable, Equatable {
    package enum Metric: Sendable, Equatable {
        package enum Source: Sendable, Equatable { case corrected, raw, lag }
        package enum Statistic: Sendable, Equatable {
            case percentile(Double)
            case max
            case mean
        }
        case time(Source, Statistic)
        case errors
        case rate
        case sent
        case ok
        case failed
        case wrong
    }

    package enum Comparison: String, Sendable, CaseIterable {
        case atMost = "<="
        case atLeast = ">="
        case equal = "=="
        case unequal = "!="
        case less = "<"
        case greater = ">"

        func holds(_ left: Double, _ right: Double) -> Bool {
            switch self {
            case .atMost: left <= right
            case .atLeast: left >= right
            case .equal: left == right
            case .unequal: left != right
            case .less: left < right
            case .greater: left > right
            }
        }
    }

    /// As it was written.
    package let text: String
    package let metric: Metric
    package let labels: [String: String]
    package let comparison: Comparison
    /// Nanoseconds, a share, a rate or a count.
    package let bound: Double

    package init(_ text: String) throws(LoadError) {
        var parser = ThresholdParser(text)
        self = try parser.parse()
    }

    init(
        text: String, metric: Metric, labels: [String: String], comparison: Comparison,
        bound: Double
    ) {
        self.text = text
        self.metric = metric
        self.labels = labels
        self.comparison = comparison
        self.bound = bound
    }

    /// How a run did.
    package struct Outcome: Sendable, Equatable {
        package let threshold: Threshold
        /// In the bound's unit; nil when nothing was measured that it speaks of.
        package let value: Double?
        package let holds: Bool

        /// "p99<2ms: 1.234 ms, held".
        package var description: String {
            let shown = value.map(threshold.format) ?? "nothing was measured"
            return "\(threshold.text): \(shown), \(holds ? "held" : "NOT HELD")"
        }
    }

    /// Holds a run against the demand. What was not measured does not hold: a run without an answer has
    /// no good p99.
    package func check(_ result: RunResult) -> Outcome {
        let value = self.value(result)
        return Outcome(
            threshold: self, value: value,
            holds: value.map { comparison.holds($0, bound) } ?? false)
    }

    /// The value in the unit that a person reads.
    package func format(_ value: Double) -> String {
        switch metric {
        case .time: Quantity.time(nanoseconds: value)
        case .errors: "\(Quantity.fixed(value * 100, 3)) %"
        case .rate, .sent: "\(Quantity.grouped(value, 1))/s"
        case .ok, .failed, .wrong: Quantity.grouped(value)
        }
    }
}
