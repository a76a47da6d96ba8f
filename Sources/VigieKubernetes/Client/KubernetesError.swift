import VigieEngine
import VigieHTTP

/// Why the API server did not do what it was asked.
package struct KubernetesError: Error, Sendable, Equatable, CustomStringConvertible {
    package enum Reason: Sendable, Equatable {
        /// 400: the request itself makes no sense.
        case badRequest
        /// 401: the token is missing, expired or not known.
        case unauthorized
        /// 403: this account may not do it.
        case forbidden
        /// 404: there is no such object.
        case notFound
        /// 404: the server knows no such kind of objects.
        case unknownKind
        /// 409: an object of that name is there already.
        case alreadyExists
        /// 409: the object has changed since it was read.
        case conflict
        /// 410: what was asked about is too old to be known.
        case gone
        /// 413: the object is too large.
        case tooLarge
        /// 422: the object is not valid.
        case invalid
        /// 429: too many requests.
        case tooManyRequests
        /// 5xx, and other statuses: something is wrong with the server.
        case server
        /// Nobody answers, or the connection broke.
        case unreachable
        /// The server's certificate is not trusted, or ours is refused.
        case tls
        /// The answer is no answer of an API server.
        case malformed
        /// By ``HTTPCancellation``.
        case cancelled
        /// Files that say how to reach the server cannot be used.
        case configuration
    }

    package let reason: Reason
    /// With what was asked: "PATCH …/modelrollouts/fraud/status: the object has been modified".
    package let message: String
    /// The HTTP status; 0 when there was none.
    package let status: Int
    /// When the server wants to be asked again.
    package let retryAfter: Duration?

    package init(
        _ reason: Reason, _ message: String, status: Int = 0, retryAfter: Duration? = nil
    ) {
        self.reason = reason
        self.message = message
        self.status = status
        self.retryAfter = retryAfter
    }

    package var description: String { message }

    /// Whether the same request may succeed a little later.
    package var isTransient: Bool {
        switch reason {
        case .tooManyRequests, .server, .unreachable: true
        default: false
        }
    }
}

extension KubernetesError {
    /// An answer that is no success: a `Status` object (API conventions, "Response Status Kind"), or
    /// what a proxy in between wrote.
    /// - Parameter asked: "GET /api/v1/pods".
    init(_ response: HTTPResponse, asked: String) {
        let object = (try? JSONParser.parse(response.body)) ?? .null
        let isStatus = object["kind"]?.string == "Status"
        // Of a kind that it does not know a server says "404 page not found", or names no object.
        let isKnown =
            response.status != 404
            || isStatus && (object["details"] == nil || object["details"]?["name"] != nil)
        self.init(
            isKnown
                ? Self.reason(response.status, isStatus ? object["reason"]?.string : nil)
                : .unknownKind,
            isKnown
                ? "\(asked): \(isStatus ? Self.message(object) : Self.excerpt(response))"
                : "\(asked): the server knows no such kind of objects",
            status: response.status,
            retryAfter: Self.retryAfter(response.headers["retry-after"]))
    }

    /// The `Status` that a watch sends as its last event.
    init(watchStatus object: JSONValue, asked: String) {
        let code = object["code"]?.integer ?? 0
        self.init(
            Self.reason(code, object["reason"]?.string), "\(asked): \(Self.message(object))",
            status: code,
            retryAfter: object["details"]?["retryAfterSeconds"]?.integer
                .map { .seconds(min(max($0, 0), retryAfterSecondsMax)) })
    }

    init(_ error: HTTPError) {
        let reason: Reason =
            switch error.reason {
            case .cancelled: .cancelled
            case .tls: .tls
            case .request: .configuration
            case .tooLarge: .malformed
            case .connect, .timeout, .broken: .unreachable
            }
        self.init(reason, error.message)
    }

    private static func reason(_ status: Int, _ word: String?) -> Reason {
        switch status {
        case 400: .badRequest
        case 401: .unauthorized
        case 403: .forbidden
        case 404: .notFound
        case 409: word == "AlreadyExists" ? .alreadyExists : .conflict
        case 410: .gone
        case 413: .tooLarge
        case 422: .invalid
        case 429: .tooManyRequests
        default: .server
        }
    }

    /// The server's message, at most a screenful of it: it may quote an object that somebody wrote.
    private static func message(_ status: JSONValue) -> String {
        let text = status["message"]?.string ?? status["reason"]?.string ?? "no reason given"
        return shortened(text, 1000)
    }

    private static func excerpt(_ response: HTTPResponse) -> String {
        let line = response.text.prefix { !$0.isNewline }
        return "HTTP \(response.status)" + (line.isEmpty ? "" : ": " + shortened(String(line), 200))
    }

    private static func shortened(_ text: String, _ most: Int) -> String {
        text.count <= most ? text : text.prefix(most) + "…"
    }

    /// Seconds (RFC 9110, section 10.2.3); dates are not what API servers send.
    private static func retryAfter(_ value: String?) -> Duration? {
        guard let value, let seconds = Int(value), seconds >= 0 else { return nil }
        return .seconds(min(seconds, retryAfterSecondsMax))
    }
}

/// The longest wait that a server may impose.
private let retryAfterSecondsMax = 300
