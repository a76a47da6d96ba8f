/// Writes metric families as text, in Prometheus's format 0.0.4 or in OpenMetrics 1.0.0.
struct TextExposition {
    /// Whether it is OpenMetrics.
    let isOpenMetrics: Bool
    private(set) var text = ""

    init(openMetrics: Bool) { isOpenMetrics = openMetrics }

    mutating func write(_ family: MetricFamily) {
        // OpenMetrics names a counter's family without `_total`, and its samples with it.
        let title = isOpenMetrics ? family.name : family.prometheusName
        text += "# HELP \(title) \(Self.escaped(family.help, quotes: isOpenMetrics))\n"
        text += "# TYPE \(title) \(family.kind.word)\n"
        if isOpenMetrics, !family.unit.isEmpty { text += "# UNIT \(title) \(family.unit)\n" }
        for metric in family.metrics {
            switch metric.value {
            case .number(let number):
                sample(family.prometheusName, metric.labels, Self.number(number))
            case .histogram(let histogram):
                write(histogram, family.name, metric.labels)
            }
        }
    }

    /// OpenMetrics ends with a mark, so that an answer that was cut short is not mistaken for one.
    mutating func finish() {
        if isOpenMetrics { text += "# EOF\n" }
    }

    private mutating func write(
        _ histogram: HistogramSnapshot, _ name: String, _ labels: [MetricLabel]
    ) {
        var cumulated: UInt64 = 0
        for (index, count) in histogram.classic.enumerated() {
            cumulated &+= count
            let bound = Self.number(histogram.scale.classicBound(index))
            sample(
                "\(name)_bucket", labels + [MetricLabel("le", bound)],
                String(cumulated) + exemplar(histogram, index))
        }
        sample("\(name)_sum", labels, Self.number(histogram.baseSum))
        sample("\(name)_count", labels, String(cumulated))
    }

    /// Only OpenMetrics has them: ` # {trace_id="…",span_id="…"} 0.0123 1700000000.5`.
    private func exemplar(_ histogram: HistogramSnapshot, _ index: Int) -> String {
        guard isOpenMetrics, index < histogram.exemplars.count,
            let exemplar = histogram.exemplars[index]
        else { return "" }
        let pairs = exemplar.labels.map { "\($0.name)=\"\($0.value)\"" }
        let value = Self.number(histogram.scale.inBaseUnit(exemplar.value))
        let milliseconds = (exemplar.wallSeconds * 1000).rounded() / 1000
        return " # {\(pairs.joined(separator: ","))} \(value) \(Self.number(milliseconds))"
    }

    private mutating func sample(_ name: String, _ labels: [MetricLabel], _ value: String) {
        text += name
        if !labels.isEmpty {
            let pairs = labels.map { "\($0.name)=\"\(Self.escaped($0.value, quotes: true))\"" }
            text += "{\(pairs.joined(separator: ","))}"
        }
        text += " \(value)\n"
    }

    /// Whole numbers without a point, others so that reading gives the same number.
    static func number(_ value: Double) -> String {
        if value.isNaN { return "NaN" }
        if value.isInfinite { return value < 0 ? "-Inf" : "+Inf" }
        if value == value.rounded(), abs(value) < 1e15 { return String(Int64(value)) }
        return String(value)
    }

    private static func escaped(_ text: String, quotes: Bool) -> String {
        var result = ""
        for character in text.unicodeScalars {
            switch character {
            case "\\": result += "\\\\"
            case "\n": result += "\\n"
            case "\"" where quotes: result += "\\\""
            default: result.unicodeScalars.append(character)
            }
        }
        return result
    }
}

extension MetricFamily.Kind {
    fileprivate var word: String {
        switch self {
        case .counter: "counter"
        case .gauge: "gauge"
        case .histogram: "histogram"
        }
    }
}

extension Exemplar {
    /// As OpenTelemetry names them.
    var labels: [(name: String, value: String)] {
        [
            ("trace_id", Self.hex(trace.traceHigh) + Self.hex(trace.traceLow)),
            ("span_id", Self.hex(trace.span)),
        ]
    }

    private static func hex(_ word: UInt64) -> String {
        let digits = String(word, radix: 16)
        return String(repeating: "0", count: 16 - digits.count) + digits
    }
}
