import ArgumentParser
import VigieRPC
import VigieTelemetry

/// Which calls become spans, and where those go.
struct TraceOptions: ParsableArguments {
    @Option(
        help: .init(
            "OpenTelemetry collector that takes spans over OTLP/gRPC: [http[s]://]host:port; none without this.",
            valueName: "endpoint"))
    var traceEndpoint: String?

    @Option(
        help: .init(
            "Share of traces that begin here and are recorded, 0 to 1.", valueName: "share"))
    var traceSampleRatio = 0.01

    @Option(
        help: .init(
            "OpenTelemetry's name of the sampler: parentbased_ ones follow the caller's decision.",
            valueName: "sampler"))
    var traceSampler = TraceSamplerName.parentRatio

    @Option(
        help: .init("Calls recorded a second at most, all loops together; 0: any.", valueName: "n"))
    var traceMaxPerSecond = 1000.0

    @Flag(
        inversion: .prefixedNo,
        help: "Record calls that fail by the server's fault, sampled or not.")
    var traceKeepErrors = false

    @Option(
        help: .init(
            "Record calls that take this long, sampled or not; 0: none.", valueName: "time"))
    var traceKeepSlow = TimeSpan(.zero)

    @Option(
        help: .init("Recorded calls of a loop that may wait for the collector.", valueName: "n"))
    var traceQueue = 4096

    @Option(help: .init("Recorded calls in one export at most.", valueName: "n"))
    var traceBatch = 512

    @Option(help: .init("Longest wait for an export to fill.", valueName: "time"))
    var traceDelay = TimeSpan(.seconds(1))

    @Option(help: .init("How long one export may take.", valueName: "time"))
    var traceTimeout = TimeSpan(.seconds(10))

    @Option(help: .init("How exports are compressed: none or gzip.", valueName: "method"))
    var traceCompression = TraceCompression.none

    @Option(
        help: .init(
            "Sent with each export, for example a token: name=value,name=value.",
            valueName: "headers"))
    var traceHeaders = KeyValueList()

    @Option(
        help: .init(
            "PEM bundle for the collector's certificate; default: the system's.", valueName: "file")
    )
    var traceCa: String?

    @Option(help: .init("The pod's own certificate for the collector.", valueName: "file"))
    var traceCert: String?

    @Option(help: .init("And its key.", valueName: "file"))
    var traceKey: String?

    @Option(help: .init("The pod's name in traces and logs.", valueName: "name"))
    var serviceName: String?

    @Option(
        help: .init(
            "What else traces and logs say of the pod: name=value,name=value.",
            valueName: "attributes"))
    var resourceAttributes = KeyValueList()

    func validate() throws {
        try check("trace-sample-ratio", traceSampleRatio, 0...1)
        try check("trace-max-per-second", traceMaxPerSecond, 0...1e9)
        try check("trace-queue", Double(traceQueue), 1...1_048_576)
        try check("trace-batch", Double(traceBatch), 1...10_000)
        if let traceEndpoint {
            guard TraceEndpoint(traceEndpoint) != nil else {
                throw ValidationError(
                    "--trace-endpoint is '\(traceEndpoint)'; it must be host:port, with http:// or "
                        + "https:// in front or without, for example http://collector:4317.")
            }
        }
        guard (traceCert == nil) == (traceKey == nil) else {
            throw ValidationError("--trace-cert and --trace-key belong together: one is missing.")
        }
    }

    private func check(_ name: String, _ value: Double, _ range: ClosedRange<Double>) throws {
        guard range.contains(value) else {
            throw ValidationError(
                "--\(name) is \(value); it must be \(range.lowerBound) to \(range.upperBound).")
        }
    }
}

enum TraceCompression: String, CaseIterable, ExpressibleByArgument {
    case none, gzip
}

extension TraceSamplerName: ExpressibleByArgument {}

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

/// `name=value,name=value` on the command line, values percent-encoded as in W3C Baggage, which is
/// what OpenTelemetry's variables look like.
struct KeyValueList: ExpressibleByArgument, Sendable {
    private(set) var pairs: [(name: String, value: String)] = []

    init() {}

    init?(argument: String) {
        for part in argument.split(separator: ",") {
            let sides = part.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            guard sides.count == 2 else { return nil }
            let name = Self.trimmed(sides[0])
            guard !name.isEmpty, let value = Self.decoded(Self.trimmed(sides[1])) else {
                return nil
            }
            pairs.append((name, value))
        }
    }

    var defaultValueDescription: String { "none" }

    subscript(name: String) -> String? { pairs.last { $0.name == name }?.value }

    private static func trimmed(_ text: Substring) -> String {
        var rest = text
        while rest.first?.isWhitespace == true { rest.removeFirst() }
        while rest.last?.isWhitespace == true { rest.removeLast() }
        return String(rest)
    }

    /// Nil for a percent sign without two hexadecimal digits, and for what is not UTF-8.
    private static func decoded(_ text: String) -> String? {
        var bytes: [UInt8] = []
        var rest = Array(text.utf8)[...]
        while let byte = rest.popFirst() {
            guard byte == UInt8(ascii: "%") else {
                bytes.append(byte)
                continue
            }
            guard rest.count >= 2,
                let value = UInt8(String(decoding: rest.prefix(2), as: UTF8.self), radix: 16)
            else { return nil }
            bytes.append(value)
            rest = rest.dropFirst(2)
        }
        return String(validating: bytes, as: UTF8.self)
    }
}
