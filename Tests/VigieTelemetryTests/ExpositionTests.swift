import Testing
import VigieProtos

@testable import VigieTelemetry

struct ExpositionTests {
    private static func families() -> [MetricFamily] {
        let histogram = LoopHistogram()
        for nanoseconds: UInt64 in [9_000, 9_500, 30_000, 1_000_000, 20_000_000_000] {
            histogram.record(nanoseconds)
        }
        return [
            MetricFamily(
                .counter, "vigie_requests", help: "Requests \"answered\".\nAll of them.",
                metrics: [Metric(UInt64(7), [MetricLabel("model", "a\"b\\c\nd")])]),
            MetricFamily(
                .gauge, "vigie_memory_bytes", unit: "bytes", help: "Memory.",
                metrics: [Metric(0.5)]),
            MetricFamily(
                .histogram, "vigie_latency_seconds", unit: "seconds", help: "Latency.",
                metrics: [
                    Metric(HistogramSnapshot([histogram]), [MetricLabel("model", "m")])
                ]),
            MetricFamily(.gauge, "vigie_nothing", help: "Has no series."),
        ]
    }

    private static func text(_ format: ExpositionFormat) -> String {
        String(decoding: Exposition.bytes(families(), as: format), as: UTF8.self)
    }

    @Test func text_names_counters_with_total_and_escapes_labels() {
        let text = Self.text(.text)
        #expect(
            text.contains("# HELP vigie_requests_total Requests \"answered\".\\nAll of them.\n"))
        #expect(text.contains("# TYPE vigie_requests_total counter\n"))
        #expect(text.contains("vigie_requests_total{model=\"a\\\"b\\\\c\\nd\"} 7\n"))
        #expect(text.contains("vigie_memory_bytes 0.5\n"))
        #expect(!text.contains("vigie_nothing"))
        #expect(!text.contains("# EOF"))
    }

    @Test func classic_buckets_are_cumulated() {
        let text = Self.text(.text)
        for line in [
            "_bucket{model=\"m\",le=\"1e-05\"} 2", "_bucket{model=\"m\",le=\"2.5e-05\"} 2",
            "_bucket{model=\"m\",le=\"5e-05\"} 3", "_bucket{model=\"m\",le=\"0.001\"} 4",
            "_bucket{model=\"m\",le=\"10\"} 4", "_bucket{model=\"m\",le=\"+Inf\"} 5",
            "_count{model=\"m\"} 5", "_sum{model=\"m\"} 20.0010485",
        ] {
            #expect(text.contains("vigie_latency_seconds\(line)\n"), "\(line)")
        }
    }

    @Test func open_metrics_names_the_family_without_total_and_ends_with_a_mark() {
        let text = Self.text(.openMetrics)
        #expect(text.contains("# TYPE vigie_requests counter\n"))
        #expect(text.contains("# UNIT vigie_latency_seconds seconds\n"))
        #expect(text.contains("vigie_requests_total{"))
        #expect(text.hasSuffix("# EOF\n"))
    }

    @Test func protobuf_carries_native_buckets_as_spans_and_deltas() throws {
        let bytes = Exposition.bytes(Self.families(), as: .protobuf)
        let arena = Arena(firstBlockBytes: 4096)
        try withExtendedLifetime(arena) {
            var rest = bytes[...]
            var names: [String] = []
            while let first = rest.first {
                var length = Int(first & 0x7F)
                rest.removeFirst()
                if first & 0x80 != 0 {
                    length |= Int(try #require(rest.first)) << 7
                    rest.removeFirst()
                }
                let encoded = Array(rest.prefix(length))
                rest = rest.dropFirst(length)
                let family = try IoPrometheusClient.MetricFamily(
                    decoding: encoded.span.bytes, in: arena)
                names.append(String(family.name))
                guard family.type == .histogram else { continue }
                let histogram = try #require(family.metric[0].histogram)
                #expect(histogram.sampleCount == 5)
                #expect(histogram.schema == 3)
                var index = 0
                var delta = 0
                var count: Int64 = 0
                var buckets: [Int: Int64] = [:]
                for place in 0..<histogram.positiveSpan.count {
                    index += Int(histogram.positiveSpan[place].offset)
                    for _ in 0..<histogram.positiveSpan[place].length {
                        count += histogram.positiveDelta[delta]
                        if count > 0 { buckets[index] = count }
                        index += 1
                        delta += 1
                    }
                }
                #expect(delta == histogram.positiveDelta.count)
                // ceil(8 * log2(seconds)) of what was recorded.
                #expect(buckets == [-134: 1, -133: 1, -120: 1, -79: 1, 35: 1])
            }
            #expect(
                names == ["vigie_requests_total", "vigie_memory_bytes", "vigie_latency_seconds"])
        }
    }

    @Test(arguments: [
        ("", ExpositionFormat.text),
        ("*/*", .text),
        (
            "application/openmetrics-text;version=1.0.0,"
                + "application/openmetrics-text;version=0.0.1;q=0.75,text/plain;version=0.0.4;"
                + "q=0.5,*/*;q=0.1", .openMetrics
        ),
        (
            "application/vnd.google.protobuf;proto=io.prometheus.client.MetricFamily;"
                + "encoding=delimited,application/openmetrics-text;version=1.0.0;q=0.8,"
                + "text/plain;version=0.0.4;q=0.3", .protobuf
        ),
        ("application/vnd.google.protobuf;encoding=text, text/plain;q=0.2", .text),
        ("application/openmetrics-text; version=0.0.1", .text),
        ("application/json", .text),
    ])
    func the_scraper_chooses_the_format(accept: String, expected: ExpositionFormat) {
        #expect(ExpositionFormat(accepting: accept) == expected)
    }
}
