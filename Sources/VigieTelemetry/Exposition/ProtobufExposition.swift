import VigieProtos

/// Writes metric families as Prometheus's delimited protobuf messages, with classic and native
/// buckets: a scraper takes the ones that it is set to take.
struct ProtobufExposition {
    private(set) var bytes: [UInt8] = []

    mutating func write(_ family: MetricFamily) {
        let arena = Arena(firstBlockBytes: 16_384)
        withExtendedLifetime(arena) {
            let message = IoPrometheusClient.MetricFamily(in: arena)
            message.setName(family.prometheusName)
            message.setHelp(family.help)
            if !family.unit.isEmpty { message.setUnit(family.unit) }
            message.type =
                switch family.kind {
                case .counter: .counter
                case .gauge: .gauge
                case .histogram: .histogram
                }
            message.reserveMetric(family.metrics.count)
            for metric in family.metrics {
                let entry = message.addMetric()
                for label in metric.labels {
                    let pair = entry.addLabel()
                    pair.setName(label.name)
                    pair.setValue(label.value)
                }
                switch (metric.value, family.kind) {
                case (.number(let number), .counter): entry.mutableCounter().value = number
                case (.number(let number), _): entry.mutableGauge().value = number
                case (.histogram(let histogram), _):
                    Self.fill(entry.mutableHistogram(), from: histogram)
                }
            }
            let encoded = message.encodedBytes()
            appendVarint(UInt64(encoded.count))
            bytes += encoded
        }
    }

    private static func fill(
        _ message: IoPrometheusClient.Histogram, from histogram: HistogramSnapshot
    ) {
        message.sampleSum = histogram.baseSum
        var cumulated: UInt64 = 0
        message.reserveBucket(histogram.classic.count)
        for (index, count) in histogram.classic.enumerated() {
            cumulated &+= count
            let bucket = message.addBucket()
            bucket.cumulativeCount = cumulated
            bucket.upperBound = histogram.scale.classicBound(index)
            guard index < histogram.exemplars.count, let exemplar = histogram.exemplars[index]
            else { continue }
            fill(bucket.mutableExemplar(), from: exemplar, histogram.scale)
            fill(message.addExemplars(), from: exemplar, histogram.scale)
        }
        message.sampleCount = cumulated
        message.schema = BucketScale.schema
        message.zeroThreshold = 0
        message.zeroCount = histogram.zeros
        fillSpans(message, histogram)
    }

    private static func fill(
        _ message: IoPrometheusClient.Exemplar, from exemplar: Exemplar, _ scale: BucketScale
    ) {
        for (name, value) in exemplar.labels {
            let pair = message.addLabel()
            pair.setName(name)
            pair.setValue(value)
        }
        message.value = scale.inBaseUnit(exemplar.value)
        let time = exemplar.wallSeconds
        let timestamp = message.mutableTimestamp()
        timestamp.seconds = Int64(time)
        timestamp.nanos = Int32((time - time.rounded(.down)) * 1e9)
    }

    /// Runs of buckets that are not empty; gaps of up to two are bridged by zeros, which take less
    /// room than another span.
    private static func fillSpans(
        _ message: IoPrometheusClient.Histogram, _ histogram: HistogramSnapshot
    ) {
        let counts = histogram.native
        var runs: [Range<Int>] = []
        for index in counts.indices where counts[index] > 0 {
            if let last = runs.last, index - last.upperBound <= 2 {
                runs[runs.count - 1] = last.lowerBound..<(index + 1)
            } else {
                runs.append(index..<(index + 1))
            }
        }
        var previousCount: Int64 = 0
        var end = -histogram.scale.firstIndex
        for run in runs {
            let span = message.addPositiveSpan()
            span.offset = Int32(run.lowerBound - end)
            span.length = UInt32(run.count)
            end = run.upperBound
            for index in run {
                let count = Int64(clamping: counts[index])
                message.appendPositiveDelta(count - previousCount)
                previousCount = count
            }
        }
        // A span without length tells a histogram without observations from a classic one.
        if runs.isEmpty {
            let span = message.addPositiveSpan()
            span.offset = 0
            span.length = 0
        }
    }

    private mutating func appendVarint(_ value: UInt64) {
        var rest = value
        while rest >= 0x80 {
            bytes.append(UInt8(truncatingIfNeeded: rest) | 0x80)
            rest >>= 7
        }
        bytes.append(UInt8(rest))
    }
}
