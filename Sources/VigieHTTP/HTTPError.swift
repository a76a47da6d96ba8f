import CCurl

/// Why there is no answer, or not all of one.
package struct HTTPError: Error, Sendable, CustomStringConvertible {
    package enum Reason: Sendable, Equatable {
        /// The URL, a header or a file of the request is of no use: trying again will not help.
        case request
        /// The server's name is unknown, or nobody listens there.
        case connect
        /// The server's certificate is not trusted, ours is refused, or TLS failed.
        case tls
        /// One of the request's times has passed.
        case timeout
        /// The connection broke, or the answer is no HTTP.
        case broken
        /// The answer is longer than the request allows.
        case tooLarge
        /// By its ``HTTPCancellation``, or by the receiver of a stream.
        case cancelled
    }

    package let reason: Reason
    package let message: String

    package init(_ reason: Reason, _ message: String) {
        self.reason = reason
        self.message = message
    }

    package var description: String { message }

    /// Whether the same request may succeed a little later, by the reason alone.
    package var isTransient: Bool {
        switch reason {
        case .connect, .timeout, .broken: true
        case .request, .tls, .tooLarge, .cancelled: false
        }
    }

    /// - Parameter detail: what libcurl wrote of it; may be empty.
    init(_ code: CURLcode, detail: String, _ request: HTTPRequest) {
        let text = detail.isEmpty ? String(cString: curl_easy_strerror(code)) : detail
        self.init(Self.reason(code), "\(request.method) \(Self.place(request.url)): \(text)")
    }

    /// The URL without its query, which may hold a signature.
    static func place(_ url: String) -> Substring { url.prefix { $0 != "?" } }

    private static func reason(_ code: CURLcode) -> Reason {
        switch code {
        case CURLE_UNSUPPORTED_PROTOCOL, CURLE_URL_MALFORMAT, CURLE_READ_ERROR,
            CURLE_BAD_FUNCTION_ARGUMENT, CURLE_UNKNOWN_OPTION:
            .request
        case CURLE_COULDNT_RESOLVE_PROXY, CURLE_COULDNT_RESOLVE_HOST, CURLE_COULDNT_CONNECT:
            .connect
        case CURLE_SSL_CONNECT_ERROR, CURLE_SSL_CERTPROBLEM, CURLE_SSL_CIPHER,
            CURLE_PEER_FAILED_VERIFICATION, CURLE_SSL_CACERT_BADFILE, CURLE_SSL_ISSUER_ERROR,
            CURLE_SSL_PINNEDPUBKEYNOTMATCH, CURLE_SSL_INVALIDCERTSTATUS:
            .tls
        case CURLE_OPERATION_TIMEDOUT: .timeout
        default: .broken
        }
    }
}
