import Synchronization
import VigieRPC
import VigieTelemetry

/// `/metrics`: asks every source and writes what they say in the format that the scraper wants. It
/// reads counters where they lie: no loop is asked, and none waits.
final class MetricsPage: Sendable {
    private let sources: Mutex<[any MetricSource]>
    private let maxSeries: Int

    /// - Parameter maxSeries: how many time series a scrape may have.
    init(_ sources: [any MetricSource], maxSeries: Int) {
        self.sources = Mutex(sources)
        self.maxSeries = maxSeries
    }

    /// Asks `source` too from now on.
    func add(_ source: any MetricSource) { sources.withLock { $0.append(source) } }

    /// - Parameters:
    ///   - accept: the header of that name; empty for none.
    ///   - compresses: the scraper takes gzip.
    func page(accept: String, compresses: Bool) -> AdminPage {
        let format = ExpositionFormat(accepting: accept)
        let bytes = Exposition.bytes(families(), as: format)
        guard compresses else {
            return AdminPage(contentType: format.contentType, body: bytes)
        }
        return AdminPage(
            contentType: format.contentType, body: Zlib.compress(bytes.span.bytes, .gzip),
            contentEncoding: "gzip")
    }

    /// What a scrape shows now: at most as many series as it may have, and how many there were.
    func families() -> [MetricFamily] {
        let all = sources.withLock { $0 }.flatMap { $0.metricFamilies() }
        return SeriesLimit.applied(to: all, max: maxSeries)
    }
}
