/// The formats that a scrape can ask for in its `Accept` header.
package enum ExpositionFormat: Sendable, Equatable {
    /// Prometheus's text format 0.0.4: classic buckets.
    case text
    /// OpenMetrics 1.0.0: classic buckets.
    case openMetrics
    /// Prometheus's delimited protobuf messages: classic and native buckets.
    case protobuf

    package var contentType: String {
        switch self {
        case .text: "text/plain; version=0.0.4; charset=utf-8"
        case .openMetrics: "application/openmetrics-text; version=1.0.0; charset=utf-8"
        case .protobuf:
            "application/vnd.google.protobuf; proto=io.prometheus.client.MetricFamily; "
                + "encoding=delimited"
        }
    }

    /// The format that the header prefers among those that there are (RFC 9110 §12.5.1); the text
    /// format when it names none of them.
    /// - Parameter accept: the header's value; empty for none.
    package init(accepting accept: String) {
        var best: (format: ExpositionFormat, quality: Double)?
        for range in accept.split(separator: ",") {
            let parts = range.split(separator: ";").map { $0.trimmed.lowercased() }
            guard let type = parts.first, let format = Self.format(type, parts.dropFirst()) else {
                continue
            }
            let quality =
                parts.dropFirst().first { $0.hasPrefix("q=") }
                .flatMap { Double($0.dropFirst(2)) } ?? 1
            if quality > best?.quality ?? 0 { best = (format, quality) }
        }
        self = best?.format ?? .text
    }

    private static func format(_ type: String, _ parameters: ArraySlice<String>)
        -> ExpositionFormat?
    {
        switch type {
        case "application/vnd.google.protobuf":
            // Other messages, and text encodings of protobuf, are not written here.
            parameters.contains("proto=io.prometheus.client.metricfamily")
                && parameters.contains("encoding=delimited") ? .protobuf : nil
        case "application/openmetrics-text":
            // Version 0.0.1, which old scrapers ask for, differs in ways that are not written here.
            parameters.contains("version=0.0.1") ? nil : .openMetrics
        case "text/plain", "text/*", "*/*": .text
        default: nil
        }
    }
}

extension StringProtocol {
    /// Without blanks at either end.
    fileprivate var trimmed: String {
        var rest = self[...]
        while rest.first == " " || rest.first == "\t" { rest.removeFirst() }
        while rest.last == " " || rest.last == "\t" { rest.removeLast() }
        return String(rest)
    }
}
