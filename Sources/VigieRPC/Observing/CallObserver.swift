import VigieTelemetry
import VigieTransport

/// Where one loop's calls are seen by tracing and logs: gives each its place in a trace, and hands
/// records of those that somebody wants to hear of to other threads. Used on that loop's thread only.
///
/// A call that nobody wants to hear of costs an identifier at its beginning and a few comparisons at
/// its end.
package final class CallObserver {
    /// What is told to whom.
    package struct Wishes: Sendable {
        /// Which calls are recorded as spans; nil records none, and traces are only handed on.
        package var sampler: TraceSampler?
        /// Calls recorded a second, at most; 0 for no limit.
        package var spansPerSecondMax = 0.0
        /// Calls that fail by the server's fault are recorded though their trace is not sampled.
        package var recordsErrors = false
        /// And those that take this long, in nanoseconds; .max for none.
        package var recordsOver = UInt64.max
        /// Share of calls that the access log tells of, 0 … 1; those that fail are all told.
        package var accessShare = 0.0
        /// Calls that take this long are told in the slow-request log, in nanoseconds; .max for
        /// none.
        package var slowOver = UInt64.max

        package init() {}
    }

    /// Requests of a stream of which a record tells one by one.
    package static let streamStationsMax = 64

    /// What an exporter may use on its own thread.
    package final class Tap: Sendable {
        /// Recorded calls.
        package let spans: LoopRing<CallRecord>
        /// Calls that were not recorded though they should: over ``Wishes/spansPerSecondMax``.
        package let overRate = LoopCounter()

        /// - Parameter capacity: calls that may wait for the exporter.
        package init(capacity: Int) { spans = LoopRing(capacity: capacity) }
    }

    private let tap: Tap?
    /// Calls for the access and the slow-request log.
    private let lines: (@Sendable (CallRecord) -> Void)?

    private let wishes: Wishes
    /// Calls that take this long are looked at, in nanoseconds.
    private let tellsOver: UInt64
    /// The access log tells of calls whatever became of them.
    private let tellsOfAll: Bool
    private let keepsErrors: Bool
    private let accessBound: UInt64
    private var random = TraceRandom()
    private var budget: RateLimit

    /// - Parameters:
    ///   - tap: takes recorded calls; nil records none.
    ///   - lines: takes calls for the logs, without waiting for anything.
    package init(
        _ wishes: Wishes, tap: Tap? = nil, lines: (@Sendable (CallRecord) -> Void)? = nil
    ) {
        self.wishes = wishes
        self.tap = tap
        self.lines = lines
        tellsOver = min(
            tap == nil ? .max : wishes.recordsOver, lines == nil ? .max : wishes.slowOver)
        keepsErrors = wishes.recordsErrors && tap != nil
        tellsOfAll = wishes.accessShare > 0 && lines != nil
        accessBound =
            wishes.accessShare >= 1 ? .max : UInt64(max(wishes.accessShare, 0) * 0x1p64)
        budget = RateLimit(perSecond: wishes.spansPerSecondMax)
    }

    // MARK: The loop's calls

    /// The call's headers are here.
    @inline(__always)
    func began(_ call: ServerCall) {
        let caller = call.headers.trace.context
        var trace = caller
        if !caller.isValid {
            trace.traceHigh = random.next()
            // The last 56 bits of ours are random: level 2's flag says so.
            trace.traceLow = random.nextSpan()
            trace.flags = 0b10
        }
        trace.span = random.nextSpan()
        guard let tap, let sampler = wishes.sampler else {
            call.trace = trace
            return
        }
        var isSampled = sampler.takes(caller: caller, traceLow: trace.traceLow)
        call.isRecorded = isSampled
        if isSampled, !budget.take(at: call.started.nanoseconds) {
            tap.overRate.add(1)
            call.isRecorded = false
            // A caller's own decision stands for those behind us.
            isSampled = sampler.followsCaller && caller.isSampled
        }
        trace.flags = trace.flags & 0b10 | (isSampled ? 1 : 0)
        call.trace = trace
    }

    /// The call has ended.
    @inline(__always)
    func ended(_ call: ServerCall, _ code: StatusCode, _ message: @autoclosure () -> String) {
        let ended = call.endedAt.nanoseconds
        let elapsed = ended &- min(call.started.nanoseconds, ended)
        guard
            tellsOfAll || call.isRecorded || elapsed >= tellsOver || keepsErrors && code != .ok
        else { return }
        look(call, code, message, elapsed)
    }

    @inline(never)
    private func look(
        _ call: ServerCall, _ code: StatusCode, _ message: () -> String, _ elapsed: UInt64
    ) {
        var audience = CallRecord.Audience()
        if lines != nil {
            if tellsOfAll, code != .ok || accessBound == .max || random.next() < accessBound {
                audience.insert(.accessLog)
            }
            if elapsed >= wishes.slowOver { audience.insert(.slowLog) }
        }
        let isRecorded = tap != nil && (call.isRecorded || isKept(call, code, elapsed))
        guard isRecorded || !audience.isEmpty else { return }
        let record = CallRecord(call, code, message(), audience)
        if isRecorded { tap?.spans.push(record) }
        if !audience.isEmpty { lines?(record) }
    }

    /// Whether a call whose trace is not sampled is recorded for how it ended.
    private func isKept(_ call: ServerCall, _ code: StatusCode, _ elapsed: UInt64) -> Bool {
        let isWanted =
            wishes.recordsErrors && code.isServersFault || elapsed >= wishes.recordsOver
        guard isWanted, !(call.trace.isSampled) else { return false }
        guard budget.take(at: call.started.nanoseconds) else {
            tap?.overRate.add(1)
            return false
        }
        return true
    }
}

extension StatusCode {
    /// Whether a server's span has failed (OpenTelemetry's conventions for gRPC): others are the
    /// caller's own doing.
    package var isServersFault: Bool {
        switch self {
        case .unknown, .deadlineExceeded, .unimplemented, .internal, .unavailable, .dataLoss: true
        default: false
        }
    }
}

extension CallRecord {
    fileprivate init(
        _ call: ServerCall, _ code: StatusCode, _ message: String, _ audience: Audience
    ) {
        self.init(
            path: call.path, isKnown: call.method != nil, kind: call.method?.kind ?? .unary,
            code: code, message: message,
            peerAddress: call.peerAddress, peerIdentity: call.peerIdentity,
            userAgent: call.metadataValue("user-agent") ?? "",
            model: call.answeredBy?.name ?? "",
            version: call.answeredBy?.version ?? "", arm: call.arm,
            started: call.started.nanoseconds, ended: call.endedAt.nanoseconds,
            deadline: call.deadline,
            stations: call.stations, streamed: call.streamed, rows: call.rows,
            requestMessages: call.requestMessages, responseMessages: call.responseMessages,
            requestBytes: call.requestBytes, responseBytes: call.responseBytes,
            trace: call.trace, caller: call.caller, traceState: call.traceState,
            loop: call.loop.index, audience: audience)
    }
}
