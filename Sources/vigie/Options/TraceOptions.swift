import ArgumentParser
import VigieCommandLine
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
