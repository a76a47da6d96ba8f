import Synchronization
import VigieRPC
import VigieTelemetry

/// What became of the requests that one version was given in one arm, on one thread.
final class ArmCounters: Sendable {
    /// A part of what a request takes.
    enum Stage: Int, CaseIterable {
        /// Its message is decoded and its inputs are read.
        case decode
        /// It waits for a worker.
        case queue
        /// The model runs, alone or for several requests.
        case inference
        /// The answer is written and encoded; for what workers computed, after it has come back to
        /// its loop.
        case encode

        var label: String {
            switch self {
            case .decode: "decode"
            case .queue: "queue"
            case .inference: "inference"
            case .encode: "encode"
            }
        }
    }

    /// From the whole message to the encoded answer.
    let total = LoopHistogram()
    let exemplars = LoopExemplars()
    /// Calibrated probabilities that were answered, in millionths.
    let scores = LoopHistogram(.share)
    /// Scores by which arms of a rollout are compared; nil while there are none.
    private let compared = AtomicLazyReference<LoopScores>()
    /// Requests that were not answered.
    let failures = LoopCounter()
    /// Those of them that the version, or the lack of room for it, is to blame for.
    let faults = LoopCounter()
    /// Those that were found wrong: by their caller's fault, or because the version takes less than
    /// others do.
    let rejections = LoopCounter()
    /// Requests whose answer held a number that is none, or infinite.
    let nonFinite = LoopCounter()
    private let decode = LoopHistogram()
    private let queue = LoopHistogram()
    private let inference = LoopHistogram()
    private let encode = LoopHistogram()

    /// For the one thread that writes.
    @inline(__always)
    func record(_ times: RequestTimes, _ trace: TraceContext) {
        let nanoseconds = times.ended &- times.began
        total.record(nanoseconds)
        decode.record(times.inputsRead &- times.began)
        queue.record(times.started &- times.inputsRead)
        inference.record(times.computed &- times.started)
        encode.record(times.ended &- times.computed)
        guard trace.isSampled else { return }
        exemplars.record(Exemplar(trace: trace, value: nanoseconds, time: times.ended))
    }

    /// For the one thread that writes: an answer of a rollout has this score.
    func compare(_ score: Double) {
        (compared.load() ?? compared.storeIfNil(LoopScores())).record(score)
    }

    /// From any thread: the scores by which arms of a rollout are compared; nil without any.
    var comparedScores: LoopScores? { compared.load() }

    /// For the one thread that writes.
    func failed(_ code: StatusCode) {
        failures.add(1)
        switch code {
        case .internal, .unknown, .dataLoss, .deadlineExceeded, .resourceExhausted: faults.add(1)
        case .invalidArgument, .notFound, .failedPrecondition, .outOfRange, .unimplemented,
            .alreadyExists, .aborted, .permissionDenied, .unauthenticated:
            rejections.add(1)
        // The caller has gone, or the server goes.
        case .ok, .cancelled, .unavailable: break
        }
    }

    /// For any thread.
    subscript(stage: Stage) -> LoopHistogram {
        switch stage {
        case .decode: decode
        case .queue: queue
        case .inference: inference
        case .encode: encode
        }
    }
}
