import VigieRPC
import VigieRegistry

/// Why a request is not computed. Times are nanoseconds.
enum WorkRefusal: Error, Equatable {
    /// As many requests of the version wait as may.
    case full(limit: Int, wait: UInt64)
    /// More wait than its class may, or their latency would be lost too.
    case crowded(limit: Int, wait: UInt64)
    /// Requests at the workers hold as many bytes as they may.
    case memory(bytes: Int, limit: Int)
    /// It cannot be answered before its deadline: others' work comes first, or it costs too much.
    case late(wait: UInt64, cost: UInt64)
    /// It has waited until it could no longer be answered before its deadline.
    case expired(waited: UInt64, cost: UInt64)
    /// The server ends.
    case stopped

    /// What the caller is told: RESOURCE_EXHAUSTED with a push-back, DEADLINE_EXCEEDED or UNAVAILABLE.
    func status(version: SharedVersion, retryAfter: Duration = .milliseconds(200)) -> RPCStatus {
        let name = "model '\(version.model.name)' version \(version.model.version)"
        switch self {
        case .full(let limit, let wait):
            return .shed(
                "\(name): \(limit) requests wait already",
                retryAfter: max(retryAfter, .nanoseconds(Int64(clamping: wait))))
        case .crowded(let limit, let wait):
            return .shed(
                "\(name) is overloaded: \(limit) requests of this priority wait already",
                retryAfter: max(retryAfter, .nanoseconds(Int64(clamping: wait))))
        case .memory(let bytes, let limit) where bytes > limit:
            // It will not be taken later, either: no push-back.
            return RPCStatus(
                .resourceExhausted,
                "\(name): the request and its answer need some \(bytes) bytes, more than the "
                    + "\(limit) of max-worker-bytes: send fewer rows, or ask for fewer outputs")
        case .memory(let bytes, let limit):
            return .shed(
                "\(name): the request needs \(bytes) bytes while others hold most of \(limit)",
                retryAfter: retryAfter)
        case .late(let wait, let cost):
            return RPCStatus(
                .deadlineExceeded,
                "\(name): not computed, since the deadline cannot be met: "
                    + (wait > 0 ? "\(Self.text(wait)) of other work come first, and " : "")
                    + "the request takes some \(Self.text(cost))")
        case .expired(let waited, let cost):
            return RPCStatus(
                .deadlineExceeded,
                "\(name): not computed, since the deadline cannot be met after "
                    + "\(Self.text(waited)) in the queue: the request takes some \(Self.text(cost))"
            )
        case .stopped: return RPCStatus(.unavailable, "the server is shutting down")
        }
    }

    /// "340 µs", "12 ms", "3 s".
    private static func text(_ nanoseconds: UInt64) -> String {
        let microseconds = (nanoseconds + 999) / 1000
        if microseconds < 10_000 { return "\(microseconds) µs" }
        if microseconds < 10_000_000 { return "\(microseconds / 1000) ms" }
        return "\(microseconds / 1_000_000) s"
    }
}
