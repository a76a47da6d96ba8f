/// What is asked of a server.
package struct HTTPRequest: Sendable {
    package enum Body: Sendable {
        case none
        case bytes([UInt8])
        /// The file's bytes from its beginning, read while they are sent.
        case file(path: String)
    }

    /// "GET", "PUT", and so on.
    package var method: String
    /// Absolute, http or https, percent-encoded; sent as it is, dots and all.
    package var url: String
    package var headers: HTTPHeaders
    package var body: Body
    /// From the call to the end of the answer; nil for as long as it takes.
    package var timeout: Duration?
    /// For the connection, TLS included.
    package var connectTimeout: Duration = .seconds(10)
    /// Without a byte in either direction for so long, the connection counts as dead; nil for never.
    package var idleTimeout: Duration? = .seconds(30)
    /// Where to connect instead of to the URL's host and port, "10.0.0.1:8501": for a server that has no
    /// name in DNS, but one in its certificate, which the URL names.
    package var connectTo: String?
    /// Bytes of an answer's body that ``HTTPClient/send(_:cancellation:)`` takes in.
    package var answerMax = 16 * 1024 * 1024

    package init(
        _ method: String = "GET", _ url: String, headers: HTTPHeaders = HTTPHeaders(),
        body: Body = .none, timeout: Duration? = .seconds(60)
    ) {
        self.method = method
        self.url = url
        self.headers = headers
        self.body = body
        self.timeout = timeout
    }
}

/// What a server answered.
package struct HTTPResponse: Sendable {
    /// 200, 404, …
    package var status: Int
    /// Those of the answer, without those of informational answers before it.
    package var headers: HTTPHeaders
    /// Empty where the bytes went to a stream's receiver.
    package var body: [UInt8]

    package init(status: Int, headers: HTTPHeaders = HTTPHeaders(), body: [UInt8] = []) {
        self.status = status
        self.headers = headers
        self.body = body
    }

    package var isSuccess: Bool { (200..<300).contains(status) }
    package var text: String { String(decoding: body, as: UTF8.self) }
}
