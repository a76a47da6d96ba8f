import VigieRPC
import VigieTransport

/// The call of a unary request, made again for each: a stream that reads gRPC's answer, and no more.
///
/// ``ClientCall`` does what callers need: retries, metadata, a timer a call. A measuring instrument
/// wants none of that between itself and the server.
final class UnaryExchange: HTTPStream, TimerTarget {
    private unowned let slot: Slot
    private var head = ResponseHead()
    private var reader = MessageReader()
    private var verdict = AnswerJudge.Verdict(version: 0, isRight: false)
    private var messages = 0
    /// Its end has been reported.
    private var isDone = true
    private var worker: LoadWorker { slot.connection.worker }

    init(_ slot: Slot) { self.slot = slot }

    /// Sends the slot's request. False when the connection takes none.
    func start(_ connection: HTTPClientConnection, _ headers: OutgoingHeaders) -> Bool {
        guard connection.open(self, headers) == .opened else { return false }
        head.reset()
        reader.reset()
        messages = 0
        isDone = false
        let framed = worker.plan.targets[slot.target].requests[slot.request].framed
        write(framed.span.bytes)
        finish(trailers: nil)
        return true
    }

    override func header(name: RawSpan, value: RawSpan) { head.take(name, value) }

    override func data(_ bytes: RawSpan) {
        if slot.connection.isSlow { readLater() }
        let worker = worker
        let (target, request) = (slot.target, slot.request)
        var last = verdict
        var count = messages
        reader.read(bytes) { message in
            last = worker.judge.judge(message, target: target, request: request)
            count += 1
        }
        verdict = last
        messages = count
    }

    override func endOfStream() {
        guard !isDone else { return }
        isDone = true
        var outcome = head.outcome
        if case .status(.ok) = outcome, messages != 1 || reader.isBroken || !head.isGRPC {
            outcome = .status(.internal)
        }
        if head.status > 0 { worker.note(outcome, head.message) }
        worker.finished(
            slot, outcome, verdict: messages == 1 ? verdict : nil, origin: head.origin,
            bytes: reader.bytes)
        // An answer that did not wait for the request: the rest of it is of no use.
        if !hasEndedBothWays { reset(.cancel) }
    }

    /// The request's time is over.
    func expire() {
        guard !isDone else { return }
        isDone = true
        worker.finished(
            slot, .status(.deadlineExceeded), verdict: nil, origin: AnswerOrigin(), bytes: 0)
        reset(.cancel)
    }

    override func closed(_ code: HTTP2ErrorCode) {
        if !isDone {
            isDone = true
            worker.finished(
                slot, worker.outcome(ofReset: code, slot), verdict: nil, origin: AnswerOrigin(),
                bytes: 0)
        }
        worker.release(slot)
    }

    // MARK: Slow readers

    private func readLater() {
        pauseReading()
        let loop = worker.loop
        loop.schedule(
            self, at: loop.now.advanced(by: worker.plan.readDelay), token: generation)
    }

    func timerFired(token: UInt64, now: MonotonicTime) {
        if isOpen, token == generation { resumeReading() }
    }
}
