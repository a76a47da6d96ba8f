import Synchronization
import VigieProtos
import VigieTelemetry
import VigieTransport

/// Takes recorded calls from the loops and sends them to an OpenTelemetry collector (OTLP over gRPC),
/// from a thread of its own.
///
/// Calls wait in the loops' rings, which are bounded: while a collector is slow or gone, those that
/// do not fit are dropped and counted, and nobody waits. One batch at a time is on its way; it is
/// tried again as OTLP says, and dropped when that takes too long.
package final class SpanExporter: TimerTarget, @unchecked Sendable {
    // Everything but the counters is used on `loop` only.
    private typealias Export = OpentelemetryProtoCollectorTraceV1.TraceService.Export

    package let counters = ExportCounters()
    let observers: [CallObserver.Tap]
    private let options: SpanExportOptions
    private let loop: EventLoop
    private let thread: LoopThread
    private let onProblem: @Sendable (String) -> Void

    private var channel: RPCChannel?
    private var call: UnaryCall<Export>?
    private var isResolved = false
    /// What is on its way, or waits to be sent again.
    private var batch: [CallRecord] = []
    private var batchSpans = 0
    private var isSending = false
    private var failures = 0
    private var retryAt: MonotonicTime?
    private var giveUpAt = MonotonicTime.never
    private var lastSent = MonotonicTime.now()
    private var random = TraceRandom()
    private var stopAt: MonotonicTime?
    private let stopped: Doorbell
    private let hasStopped = Atomic<Bool>(false)

    /// How often the rings are looked at.
    private static let tick: Duration = .milliseconds(50)

    /// - Parameters:
    ///   - taps: of all loops.
    ///   - onProblem: told, on the exporter's thread, when exports begin to fail and when they work
    ///     again.
    package init(
        _ options: SpanExportOptions, _ taps: [CallObserver.Tap],
        onProblem: @escaping @Sendable (String) -> Void = { _ in }
    ) throws(SystemError) {
        self.options = options
        observers = taps
        self.onProblem = onProblem
        loop = try EventLoop()
        stopped = try Doorbell()
        thread = try LoopThread(loop: loop, name: "vigie-traces")
        loop.execute { self.schedule() }
    }

    /// Sends what waits, for as long as `time` allows, and ends the thread. What is left is counted
    /// as dropped.
    package func stop(within time: Duration) {
        let deadline = MonotonicTime.now().advanced(by: time)
        loop.execute {
            self.stopAt = deadline
            self.retryAt = nil
            self.step(.now())
        }
        while !hasStopped.load(ordering: .acquiring), MonotonicTime.now() < deadline {
            stopped.wait(until: deadline)
        }
        loop.execute { self.abandon() }
        loop.stop()
        thread.join()
    }

    // MARK: Steps

    private func schedule() {
        let time = MonotonicTime.now().advanced(by: Self.tick)
        loop.schedule(self, at: time, token: 0)
    }

    package func timerFired(token: UInt64, now: MonotonicTime) {
        step(now)
        if !hasStopped.load(ordering: .relaxed) { schedule() }
    }

    private func step(_ now: MonotonicTime) {
        guard !isSending else { return }
        if let retryAt {
            guard now >= retryAt else { return }
            self.retryAt = nil
            return send()
        }
        if batch.isEmpty {
            let waiting = observers.reduce(0) { $0 + $1.spans.count }
            if waiting == 0 {
                if stopAt != nil { finish() }
                return
            }
            let isDue = now >= lastSent.advanced(by: options.delayMax)
            guard waiting >= options.batchMax || isDue || stopAt != nil else { return }
            fillBatch()
            giveUpAt = now.advanced(by: options.retriesMax)
            failures = 0
        }
        if let stopAt, now >= stopAt { return finish() }
        send()
    }

    /// A fair share of each ring.
    private func fillBatch() {
        var isEmpty = false
        while batch.count < options.batchMax, !isEmpty {
            isEmpty = true
            for tap in observers where batch.count < options.batchMax {
                guard let record = tap.spans.pop() else { continue }
                batch.append(record)
                isEmpty = false
            }
        }
    }

    private func send() {
        guard let call = readyCall() else { return }
        isSending = true
        lastSent = .now()
        call.start({ self.write($0) }) { [weak self] outcome in self?.ended(outcome) }
    }

    private func ended(_ outcome: Result<Export.Response, RPCStatus>) {
        isSending = false
        switch outcome {
        case .success(let response):
            accepted(response)
            // More may wait than a batch holds.
            step(.now())
        case .failure(let status): failed(status)
        }
    }

    private func accepted(_ response: Export.Response) {
        let rejected = response.partialSuccess?.rejectedSpans ?? 0
        if let partial = response.partialSuccess, rejected > 0 || !partial.errorMessage.isEmpty {
            onProblem("the collector refused \(rejected) spans: \(String(partial.errorMessage))")
        }
        if failures > 0 { onProblem("traces are exported again") }
        failures = 0
        counters.spans.add(UInt64(clamping: Int64(batchSpans) - max(rejected, 0)))
        counters.rejectedSpans.add(UInt64(clamping: rejected))
        counters.calls.add(UInt64(batch.count))
        batch.removeAll(keepingCapacity: true)
    }

    private func failed(_ status: RPCStatus) {
        failures += 1
        counters.failures.add(1)
        if failures == 1 {
            onProblem("traces cannot be exported to \(options.endpoint): \(status)")
        }
        if status.code == .unavailable { isResolved = false }
        let now = MonotonicTime.now()
        switch ExportVerdict(status) {
        case .drop: drop(counters.refusedCalls)
        case .retry(let named):
            let wait =
                named
                ?? options.backoff.delay(
                    afterFailures: failures, random: Double(random.next() >> 11) * 0x1p-53)
            let time = now.advanced(by: wait)
            guard time < giveUpAt, stopAt.map({ time < $0 }) ?? true else {
                drop(counters.expiredCalls)
                if stopAt != nil { abandon() }
                return
            }
            counters.retries.add(1)
            retryAt = time
        }
    }

    private func drop(_ counter: borrowing LoopCounter) {
        counter.add(UInt64(batch.count))
        batch.removeAll(keepingCapacity: true)
    }

    /// Counts what was not sent when the time was over, and ends.
    private func abandon() {
        drop(counters.expiredCalls)
        for tap in observers {
            while tap.spans.pop() != nil { counters.expiredCalls.add(1) }
        }
        finish()
    }

    private func finish() {
        guard !hasStopped.exchange(true, ordering: .releasing) else { return }
        channel?.close()
        stopped.ring()
    }

    // MARK: The collector

    /// A call on a channel to where the endpoint's name leads now.
    private func readyCall() -> UnaryCall<Export>? {
        if isResolved, let call { return call }
        let address: SocketAddress
        do throws(SocketAddress.Failure) {
            address = try SocketAddress.parse(options.endpoint)
        } catch {
            failed(RPCStatus(.unavailable, "\(error)"))
            return nil
        }
        isResolved = true
        if let call, channel?.address == address { return call }
        channel?.close()
        var channelOptions = ChannelOptions()
        channelOptions.tls = options.tls
        channelOptions.authority = options.endpoint
        channelOptions.userAgent = "OTel-OTLP-Exporter-Vigie/\(options.scopeVersion)"
        channelOptions.reconnect = Backoff(
            initial: .milliseconds(200), multiplier: 1.6, longest: .seconds(5))
        channelOptions.retryThrottling = nil
        let channel = RPCChannel(to: address, loop: loop, options: channelOptions)
        var callOptions = CallOptions(timeout: options.timeout, metadata: options.headers)
        callOptions.encoding = options.encoding
        let call = UnaryCall(channel, Export.self, options: callOptions)
        self.channel = channel
        self.call = call
        return call
    }

    private func write(_ request: Export.Request) {
        let resource = request.addResourceSpans()
        let attributes = resource.mutableResource()
        for (name, value) in options.resource { attributes.addAttributes().set(name, value) }
        let scope = resource.addScopeSpans()
        let library = scope.mutableScope()
        library.setName("vigie")
        library.setVersion(options.scopeVersion)
        scope.reserveSpans(batch.count * 6)
        var writer = SpanWriter(
            clockOffset: Timestamp.monotonicOffset(), server: options.server, random: random)
        batchSpans = 0
        for record in batch { batchSpans += writer.write(record, to: scope) }
        random = writer.random
    }
}
