import CCurl
import Synchronization

/// HTTP/1.1 and HTTP/2 (over TLS) by libcurl, for what is no part of serving: registries, the
/// Kubernetes API, scrapes.
///
/// A call blocks its thread until the answer is there: never call it on an event loop. Any number of
/// threads may call at once; connections are kept and used again. Redirects are answers like others,
/// since a signed or authorised request must not be sent elsewhere unseen. Proxies are those of the
/// environment (`https_proxy`, `no_proxy`).
package final class HTTPClient: Sendable {
    private let trust: HTTPTrust
    private let userAgent: String
    private let idle = Mutex<[Transfer]>([])
    /// Transfers that wait for their next use, each with its connections.
    private static let idleMax = 8

    /// - Parameter userAgent: for the servers' logs, such as "vigie/0.2.0".
    package init(trust: HTTPTrust = HTTPTrust(), userAgent: String = "vigie") {
        self.trust = trust
        self.userAgent = userAgent
    }

    /// The whole answer, whatever its status.
    package func send(_ request: HTTPRequest, cancellation: HTTPCancellation? = nil)
        throws(HTTPError) -> HTTPResponse
    {
        var body: [UInt8] = []
        var isTooLarge = false
        do throws(HTTPError) {
            var response = try stream(request, cancellation: cancellation) { _, bytes in
                guard body.count + bytes.byteCount <= request.answerMax else {
                    isTooLarge = true
                    return false
                }
                bytes.withUnsafeBytes { body.append(contentsOf: $0) }
                return true
            }
            response.body = body
            return response
        } catch {
            guard isTooLarge else { throw error }
            throw HTTPError(
                .tooLarge,
                "\(request.method) \(HTTPError.place(request.url)): the answer has more than "
                    + "\(request.answerMax) bytes")
        }
    }

    /// Hands the answer's body over as it comes, on the calling thread.
    /// - Parameter receive: gets the answer's status and headers, with an empty body, and its next
    ///   bytes, after content decoding is left undone: nothing asks for compression. False ends the
    ///   request.
    /// - Returns: the answer without its body, when that has ended as it should.
    /// - Throws: also when the connection breaks in the middle; what was received stays received.
    package func stream(
        _ request: HTTPRequest, cancellation: HTTPCancellation? = nil,
        receive: (HTTPResponse, RawSpan) -> Bool
    ) throws(HTTPError) -> HTTPResponse {
        if let cancellation, cancellation.isCancelled { throw Self.cancelled(request) }
        let transfer: Transfer
        if let known = idle.withLock({ $0.popLast() }) {
            transfer = known
        } else {
            transfer = try Transfer(trust, userAgent)
        }
        cancellation?.begin(transfer)
        defer {
            cancellation?.end(transfer)
            transfer.reset()
            idle.withLock { if $0.count < Self.idleMax { $0.append(transfer) } }
        }
        return try withoutActuallyEscaping(receive) { receive throws(HTTPError) in
            try transfer.run(request, isCancelled: { cancellation?.isCancelled ?? false }, receive)
        }
    }

    static func cancelled(_ request: HTTPRequest) -> HTTPError {
        HTTPError(.cancelled, "\(request.method) \(HTTPError.place(request.url)): given up")
    }
}
