/// How a call ended: a code, a sentence for the caller's developer, and details for its program.
package struct RPCStatus: Error, Sendable, Equatable, CustomStringConvertible {
    package var code: StatusCode
    package var message: String
    /// A serialized `google.rpc.Status` for `grpc-status-details-bin`; empty for none.
    package var details: [UInt8]
    /// Further trailers, for example a push-back.
    package var trailers: Metadata

    package init(
        _ code: StatusCode, _ message: String = "", details: [UInt8] = [],
        trailers: Metadata = Metadata()
    ) {
        self.code = code
        self.message = message
        self.details = details
        self.trailers = trailers
    }

    package static let ok = RPCStatus(.ok)

    package var description: String {
        message.isEmpty ? code.name : "\(code.name): \(message)"
    }

    /// A refusal under load that tells the client when to come back (gRFC A6
    /// `grpc-retry-pushback-ms`); nil tells it not to.
    package static func shed(_ message: String, retryAfter: Duration?) -> RPCStatus {
        let milliseconds = retryAfter.map { String($0.milliseconds) } ?? "-1"
        var trailers = Metadata()
        trailers.add("grpc-retry-pushback-ms", milliseconds)
        return RPCStatus(.resourceExhausted, message, trailers: trailers)
    }
}

extension Duration {
    /// Whole milliseconds, rounded down, clamped to Int.
    package var milliseconds: Int {
        let (seconds, attoseconds) = components
        let (product, overflow) = Int(clamping: seconds).multipliedReportingOverflow(by: 1000)
        return overflow ? .max : product + Int(attoseconds / 1_000_000_000_000_000)
    }
}
