/// One part of answering a request, between two of its stations.
package struct CallPart: Sendable {
    package enum Name: String, Sendable, CaseIterable {
        /// From the headers to the decoded message; of unary calls only, whose one message it is.
        case receive
        /// The message's values become a model's inputs.
        case decode
        /// The request waits for a worker.
        case queue
        /// The model runs.
        case inference
        /// The answer is written.
        case encode
    }

    package let name: Name
    /// Nanoseconds of the monotonic clock; not after ``end``.
    package let start: UInt64
    package let end: UInt64

    package var nanoseconds: UInt64 { end &- start }

    fileprivate init(_ name: Name, _ start: UInt64, _ end: UInt64) {
        self.name = name
        self.start = min(start, end)
        self.end = end
    }
}

extension CallRecord {
    /// The parts of answering one of the call's requests, in order; none when it was not answered.
    package func parts(of stations: CallStations) -> [CallPart] {
        guard stations.isAnswered else { return [] }
        let isUnary = kind == .unary
        let parts = [
            CallPart(.decode, stations.began, stations.inputsRead),
            CallPart(.queue, stations.inputsRead, stations.started),
            CallPart(.inference, stations.started, stations.computed),
            // A worker's answer is written on the call's loop, right before a unary call ends.
            CallPart(.encode, stations.computed, isUnary ? ended : stations.ended),
        ]
        return isUnary ? [CallPart(.receive, started, stations.began)] + parts : parts
    }
}
