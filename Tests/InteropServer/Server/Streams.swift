import VigieProtos
import VigieRPC
import VigieTransport

/// Answers each request with the responses that it asks for, in order, each after its interval and
/// when the caller has room for it.
final class StreamingOutput: StreamingHandler, TimerTarget {
    typealias Request = GrpcTesting.StreamingOutputCallRequest
    typealias Response = GrpcTesting.StreamingOutputCallResponse

    private struct Step {
        let bytes: Int
        let interval: Duration
        let isCompressed: Bool
    }

    private unowned let call: ServerCall
    private var steps: [Step] = []
    private var next = 0
    private let waitsForEnd: Bool
    private var ended = false
    private var gone = false
    /// The timer that counts.
    private var timer: MonotonicTime?

    init(_ call: ServerCall, waitsForEnd: Bool = false) {
        self.call = call
        self.waitsForEnd = waitsForEnd
        Echo.metadata(call)
    }

    func received(_ request: Request) throws(RPCStatus) {
        if let status = request.responseStatus { try Echo.status(status) }
        for parameters in request.responseParameters {
            guard parameters.size >= 0 else {
                throw .invalidArgument(
                    fieldViolations: [
                        FieldViolation("response_parameters.size", "must not be negative")
                    ])
            }
            let isCompressed = parameters.compressed?.value ?? false
            if isCompressed { call.offersCompression = true }
            steps.append(
                Step(
                    bytes: Int(parameters.size),
                    interval: .microseconds(max(0, parameters.intervalUs)),
                    isCompressed: isCompressed))
        }
        if !waitsForEnd { proceed() }
    }

    func requestsEnded() {
        ended = true
        proceed()
    }

    func writable() { proceed() }

    func cancelled() { gone = true }

    private func proceed(after waited: Bool = false) {
        var waited = waited
        while !gone, timer == nil, next < steps.count, call.isWritable {
            let step = steps[next]
            if step.interval > .zero, !waited {
                let time = call.loop.now.advanced(by: step.interval)
                timer = time
                return call.loop.schedule(self, at: time, token: time.nanoseconds)
            }
            waited = false
            next += 1
            call.compressesResponses = step.isCompressed
            call.send(Response.self) { response in
                response.mutablePayload().setBody(byteCount: step.bytes) { zero($0) }
            }
        }
        if next == steps.count, next > 0 {
            steps.removeAll(keepingCapacity: true)
            next = 0
        }
        if !gone, ended, steps.isEmpty { call.finish() }
    }

    func timerFired(token: UInt64, now: MonotonicTime) {
        guard let time = timer, time.nanoseconds == token, !gone else { return }
        guard now >= time else { return call.loop.schedule(self, at: time, token: token) }
        timer = nil
        proceed(after: true)
    }
}

/// Adds up the payloads' sizes.
final class StreamingInput: StreamingHandler {
    typealias Request = GrpcTesting.StreamingInputCallRequest
    typealias Response = GrpcTesting.StreamingInputCallResponse

    private unowned let call: ServerCall
    private var bytes = 0

    init(_ call: ServerCall) {
        self.call = call
        Echo.metadata(call)
    }

    func received(_ request: Request) throws(RPCStatus) {
        if let expected = request.expectCompressed {
            try Echo.check(call, isCompressed: expected.value)
        }
        bytes += request.payload?.body.count ?? 0
    }

    func requestsEnded() {
        call.send(Response.self) { $0.aggregatedPayloadSize = Int32(clamping: bytes) }
        call.finish()
    }
}
