import VigieCommandLine
import VigieRPC
import VigieTelemetry
import VigieTransport

/// What traces and logs see of a pod's calls.
final class PodObservation {
    let exporter: SpanExporter?
    private let wishes: CallObserver.Wishes
    private let log: Log
    private var taps: [CallObserver.Tap]
    private let wantsLines: Bool

    /// Starts exporting, if that is asked for.
    init(_ settings: PodSettings, _ log: Log, server: SocketAddress?) throws(StartFailure) {
        self.log = log
        let trace = settings.trace
        var wishes = CallObserver.Wishes()
        if settings.log.accessLog { wishes.accessShare = settings.log.accessLogSample }
        wishes.slowOver = Self.threshold(settings.log.slowRequest)
        wantsLines = settings.log.accessLog || wishes.slowOver != .max
        guard let text = trace.traceEndpoint, let endpoint = TraceEndpoint(text) else {
            self.wishes = wishes
            taps = []
            exporter = nil
            return
        }
        wishes.sampler = trace.traceSampler.sampler(ratio: trace.traceSampleRatio)
        wishes.spansPerSecondMax = trace.traceMaxPerSecond / Double(settings.loops)
        wishes.recordsErrors = trace.traceKeepErrors
        wishes.recordsOver = Self.threshold(trace.traceKeepSlow)
        self.wishes = wishes
        let taps = (0..<settings.loops).map { _ in CallObserver.Tap(capacity: trace.traceQueue) }
        self.taps = taps
        var options = SpanExportOptions(endpoint: endpoint.address)
        if endpoint.isSecure {
            options.tls = try StartFailure.wrapping("--trace-endpoint \(text)") {
                () throws(TLSError) in
                try TLSContext.client(
                    TLSConfiguration(
                        certificateFile: trace.traceCert, keyFile: trace.traceKey,
                        authorityFile: trace.traceCa, peerCertificate: .required,
                        serverName: endpoint.host))
            }
        }
        for (name, value) in trace.traceHeaders.pairs {
            options.headers.add(name.lowercased(), value)
        }
        options.encoding = trace.traceCompression == .gzip ? .gzip : .identity
        options.timeout = trace.traceTimeout.duration
        options.batchMax = trace.traceBatch
        options.delayMax = trace.traceDelay.duration
        options.resource = PodIdentity(trace).resource
        options.scopeVersion = Build.version
        options.server = server
        let final = options
        exporter = try StartFailure.wrapping("--trace-endpoint \(text)") {
            () throws(SystemError) in
            try SpanExporter(final, taps) { log.warning($0) }
        }
    }

    /// What has become of lines and spans.
    var metricSources: [any MetricSource] {
        let spans: [any MetricSource] = exporter.map { [$0] } ?? []
        return [LogMetrics(writer: log.writer)] + spans
    }

    /// 0 is for never.
    private static func threshold(_ time: TimeSpan) -> UInt64 {
        time.duration == .zero ? .max : time.duration.clampedNanoseconds
    }

    /// The observer of one loop's calls; once for each loop, before it runs.
    func observe(_ handler: RPCHandler) {
        var lines: (@Sendable (CallRecord) -> Void)?
        if wantsLines {
            let calls = CallLog(log)
            log.writer.add(calls)
            lines = { calls.add($0) }
        }
        let index = handler.loop.index
        handler.observer = CallObserver(
            wishes, tap: taps.indices.contains(index) ? taps[index] : nil, lines: lines)
    }
}
