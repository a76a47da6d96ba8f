/// What a scrape is answered with.
package enum Exposition {
    /// The families in that format, in their order. Families without metrics are left out.
    package static func bytes(_ families: [MetricFamily], as format: ExpositionFormat) -> [UInt8] {
        let families = families.filter { !$0.metrics.isEmpty }
        switch format {
        case .text, .openMetrics:
            var exposition = TextExposition(openMetrics: format == .openMetrics)
            for family in families { exposition.write(family) }
            exposition.finish()
            return Array(exposition.text.utf8)
        case .protobuf:
            var exposition = ProtobufExposition()
            for family in families { exposition.write(family) }
            return exposition.bytes
        }
    }
}
