import VigieTelemetry

/// The latencies of the requests that one version answered in one arm, on one thread.
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
