import VigieRPC
import VigieTransport

/// A long call of a streaming method: requests go over it one after the other, each after the answer to
/// the last.
final class StreamExchange: HTTPStream {
    private unowned let slot: Slot
    private var head = ResponseHead()
    private var reader = MessageReader()
    private var bytesBefore = 0
    private var requests = 0
    private var worker: LoadWorker { slot.connection.worker }
    /// The call takes another request.
    private var takesMore = false

    init(_ slot: Slot) { self.slot = slot }

    /// Its end has been announced, and it has not closed yet: the slot waits for that.
    var isEnding: Bool { isOpen && !takesMore }

    /// Sends the slot's request over the call that is open, or over a new one.
    func start(_ connection: HTTPClientConnection, _ headers: OutgoingHeaders) -> Bool {
        if !isOpen {
            guard connection.open(self, headers) == .opened else { return false }
            head.reset()
            reader.reset()
            bytesBefore = 0
            requests = 0
            takesMore = true
        }
        requests += 1
        let framed = worker.plan.targets[slot.target].requests[slot.request].framed
        write(framed.span.bytes)
        if let most = worker.plan.requestsPerStream, requests >= most { end() }
        return true
    }

    /// No more requests: the call ends with its last answer.
    func end() {
        guard takesMore else { return }
        takesMore = false
        finish(trailers: nil)
    }

    override func header(name: RawSpan, value: RawSpan) { head.take(name, value) }

    override func data(_ bytes: RawSpan) {
        let worker = worker
        let slot = slot
        let origin = head.origin
        var answers = 0
        var verdict: AnswerJudge.Verdict?
        reader.read(bytes) { message in
            answers += 1
            guard slot.isPending, answers == 1 else { return }
            verdict = worker.judge.judge(message, target: slot.target, request: slot.request)
        }
        guard let verdict else { return }
        let count = reader.bytes - bytesBefore
        bytesBefore = reader.bytes
        worker.finished(
            slot, .status(verdict.isRefusal ? .unknown : .ok), verdict: verdict, origin: origin,
            bytes: count)
        // After its end has been announced, the slot is free when the call has closed.
        if takesMore { worker.release(slot) }
    }

    /// The request's time is over.
    func expire() {
        takesMore = false
        worker.finished(
            slot, .status(.deadlineExceeded), verdict: nil, origin: AnswerOrigin(), bytes: 0)
        reset(.cancel)
    }

    override func closed(_ code: HTTP2ErrorCode) {
        takesMore = false
        if slot.isPending {
            let outcome = code == .noError ? head.outcome : worker.outcome(ofReset: code, slot)
            if head.status > 0, code == .noError { worker.note(outcome, head.message) }
            // An OK call without the answer is none.
            let isLost = outcome == .status(.ok)
            worker.finished(
                slot, isLost ? .status(.internal) : outcome, verdict: nil, origin: AnswerOrigin(),
                bytes: 0)
        }
        if slot.isBusy { worker.release(slot) } else { worker.offer(slot) }
    }
}
