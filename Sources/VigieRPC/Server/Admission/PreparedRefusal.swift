import VigieTransport

/// An answer to a call that is not taken on, laid out at start-up: a refusal must cost far less than an
/// answer, or refusing is no help.
package final class PreparedRefusal: Sendable {
    let reason: RPCCounters.Refusal
    /// What interceptors are told.
    package let status: RPCStatus
    /// The whole answer in one block ("Trailers-Only").
    let headers: PreparedHeaders

    init(_ status: RPCStatus, _ reason: RPCCounters.Refusal = .load) {
        self.reason = reason
        self.status = status
        headers = PreparedHeaders(
            ResponseHeaders.trailersOnly(
                status, head: Metadata(), nil, Metadata(), acceptEncoding: false))
    }

    /// Refusals that ask for different pauses, from half to one and a half times `retryAfter`, so that
    /// those who were turned away together do not come back together.
    static func spread(
        _ reason: RPCCounters.Refusal, _ message: String, retryAfter: Duration, count: Int = 8
    ) -> [PreparedRefusal] {
        (0..<count).map { index in
            let part = 0.5 + Double(index) / Double(max(count - 1, 1))
            return PreparedRefusal(.shed(message, retryAfter: retryAfter * part), reason)
        }
    }
}
