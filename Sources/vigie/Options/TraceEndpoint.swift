import VigieRPC

/// Where a collector is.
struct TraceEndpoint {
    /// `HOST:PORT`.
    let address: String
    let isSecure: Bool

    /// The port of OTLP over gRPC.
    private static let defaultPort = 4317

    /// Nil for what is no endpoint. A path behind it, which gRPC has no use for, must be empty.
    init?(_ text: String) {
        var rest = text[...]
        if rest.hasPrefix("https://") {
            isSecure = true
            rest = rest.dropFirst("https://".count)
        } else {
            isSecure = false
            if rest.hasPrefix("http://") { rest = rest.dropFirst("http://".count) }
        }
        if rest.hasSuffix("/") { rest = rest.dropLast() }
        guard !rest.isEmpty, !rest.contains("/"), !rest.contains("@") else { return nil }
        let isBare = rest.hasSuffix("]") || !rest.contains(":")
        let whole = isBare ? "\(rest):\(Self.defaultPort)" : String(rest)
        let (host, port) = whole.hostAndPort
        guard let port, (1...65_535).contains(port), !host.isEmpty else { return nil }
        address = whole
    }

    /// The name that the collector's certificate must carry.
    var host: String { address.hostAndPort.host }
}
