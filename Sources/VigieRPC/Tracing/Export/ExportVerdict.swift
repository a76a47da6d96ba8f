import VigieProtos

/// What becomes of a batch whose export failed (OTLP specification 1.5, "Failures").
package enum ExportVerdict: Sendable, Equatable {
    /// Tried again: after the time that the collector names, or after a wait that grows.
    case retry(after: Duration?)
    /// The collector does not want it.
    case drop

    package init(_ status: RPCStatus) {
        let named = status.retryDelay
        switch status.code {
        case .cancelled, .deadlineExceeded, .aborted, .outOfRange, .unavailable, .dataLoss:
            self = .retry(after: named)
        case .resourceExhausted where named != nil: self = .retry(after: named)
        default: self = .drop
        }
    }
}

extension RPCStatus {
    /// When a server says that a call may come again (google.rpc.RetryInfo); nil when it does not.
    package var retryDelay: Duration? {
        let arena = Arena()
        return withExtendedLifetime(arena) {
            detail(GoogleRpc.RetryInfo.self, in: arena)?.retryDelay.map {
                .seconds(max($0.seconds, 0)) + .nanoseconds(Int64(max($0.nanos, 0)))
            }
        }
    }
}
