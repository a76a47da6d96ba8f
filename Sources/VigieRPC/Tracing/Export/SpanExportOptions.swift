import VigieTransport

/// Where spans go, and how; the defaults are those of OpenTelemetry's specification where it has any.
package struct SpanExportOptions: Sendable {
    /// The collector's `HOST:PORT`; looked up on the exporter's own thread, and again when it cannot
    /// be reached.
    package var endpoint: String
    /// A client's TLS; nil for cleartext.
    package var tls: TLSContext?
    /// Sent with each export (`OTEL_EXPORTER_OTLP_HEADERS`).
    package var headers = Metadata()
    package var encoding = MessageEncoding.identity
    /// How long one attempt may take (`OTEL_EXPORTER_OTLP_TIMEOUT`).
    package var timeout: Duration = .seconds(10)
    /// Calls in one export; one has up to six spans.
    package var batchMax = 512
    /// A batch that is not full leaves after this.
    package var delayMax: Duration = .seconds(1)
    /// A batch that is still refused after this is dropped.
    package var retriesMax: Duration = .seconds(60)
    /// Waits between attempts that name no time of their own.
    package var backoff = Backoff(initial: .milliseconds(500), multiplier: 2, longest: .seconds(10))
    /// What the spans' resource is made of: `service.name` and others, by name.
    package var resource: [(name: String, value: String)] = []
    /// Version of the instrumentation scope `vigie`.
    package var scopeVersion = ""
    /// Where calls come in: `server.address` and `server.port`.
    package var server: SocketAddress?

    package init(endpoint: String) { self.endpoint = endpoint }
}
