import VigieProtos
import VigieTransport

/// `xds.service.orca.v3.OpenRcaService` on one loop: load reports out of band (gRFC A51).
///
/// A caller gets a report at once, and one at each interval that he asks for, but none sooner than the
/// server's own shortest interval. Streams end with the server's drain.
package final class LoadService: @unchecked Sendable {
    // Sendable, because the registry's listener names it; used on its loop's thread only.
    private let reporter: any LoadReporter
    fileprivate let shortest: Duration
    private var streams: [ObjectIdentifier: LoadStream] = [:]

    private init(_ reporter: any LoadReporter, shortest: Duration) {
        self.reporter = reporter
        self.shortest = shortest
    }

    /// Adds the service to `handler`.
    ///
    /// - Parameters:
    ///   - shortest: no stream is told more often, whatever its caller asks for.
    ///   - health: whose shutdown ends the streams.
    package static func install(
        on handler: RPCHandler, _ reporter: any LoadReporter, shortest: Duration,
        until health: HealthRegistry
    ) {
        let service = LoadService(reporter, shortest: shortest)
        typealias Stream = XdsServiceOrcaV3.OpenRcaService.StreamCoreMetrics
        handler.streaming(Stream.self) { call in LoadStream(call, service) }
        // Who shares calls out must know who has too many.
        handler.neverShed(Stream.self)
        let loop = handler.loop
        health.onChange {
            guard health.isShutDown else { return }
            loop.execute { service.endAll() }
        }
    }

    fileprivate func add(_ stream: LoadStream) { streams[ObjectIdentifier(stream)] = stream }

    fileprivate func remove(_ stream: LoadStream) { streams[ObjectIdentifier(stream)] = nil }

    fileprivate func report() -> LoadReport { reporter.report() }

    private func endAll() {
        let all = streams
        streams = [:]
        for stream in all.values { stream.end() }
    }
}

/// One caller who is told.
private final class LoadStream: StreamingHandler, TimerTarget {
    typealias Request = XdsServiceOrcaV3.OrcaLoadReportRequest
    typealias Response = XdsDataOrcaV3.OrcaLoadReport

    // Nil once the call has ended: timers may hold the stream longer.
    private weak var call: ServerCall?
    private let service: LoadService
    private var interval = Duration.zero
    private var next = MonotonicTime.never

    init(_ call: ServerCall, _ service: LoadService) {
        self.call = call
        self.service = service
    }

    func received(_ request: Request) throws(RPCStatus) {
        let asked = request.reportInterval
        if let asked, asked.seconds < 0 || asked.nanos < 0 || asked.nanos > 999_999_999 {
            throw .invalidArgument(fieldViolations: [
                FieldViolation("report_interval", "must be a duration that is not negative")
            ])
        }
        // A caller who asks for less than every ten years does not mean it.
        let seconds = min(asked?.seconds ?? 0, 315_360_000)
        let wanted = Duration.seconds(seconds) + .nanoseconds(Int64(asked?.nanos ?? 0))
        interval = max(wanted, service.shortest)
        service.add(self)
        tell()
    }

    func requestsEnded() {}

    func cancelled() { forget() }

    func timerFired(token: UInt64, now: MonotonicTime) {
        guard next != .never, token == next.nanoseconds, let call else { return }
        // Long waits come in pieces (EventLoop.longestTimer).
        guard now >= next else { return call.loop.schedule(self, at: next, token: token) }
        tell()
    }

    func isStale(token: UInt64) -> Bool { next == .never || token != next.nanoseconds }

    private func tell() {
        guard let call else { return }
        // A caller who does not read is not told meanwhile.
        if call.isWritable {
            call.send(Response.self) { service.report().write(to: $0) }
        }
        next = call.loop.now.advanced(by: interval)
        call.loop.schedule(self, at: next, token: next.nanoseconds)
    }

    private func forget() {
        service.remove(self)
        call = nil
        next = .never
    }

    func end() {
        let call = call
        forget()
        call?.finish(RPCStatus(.unavailable, "the server is shutting down"))
    }
}
