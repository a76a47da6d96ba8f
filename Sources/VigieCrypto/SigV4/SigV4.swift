/// AWS Signature Version 4 in the Authorization header.
///
/// "Signature Calculations for the Authorization Header", Amazon S3 API reference (API version
/// 2006-03-01), and "Create a signed AWS API request", IAM user guide.
package struct SigV4: Sendable {
    package var credentials: AWSCredentials
    /// "us-east-1".
    package var region: String
    /// "s3".
    package var service: String

    /// What is signed of a request.
    package struct Request: Sendable {
        package var method: String
        /// Percent-encoded as it is sent: see ``PercentEncoding``.
        package var path: String
        /// Names and values before they are percent-encoded.
        package var query: [(name: String, value: String)]
        /// All that are signed, among them `host` and `x-amz-date`. Names in any case.
        package var headers: [(name: String, value: String)]
        /// Hexadecimal SHA-256 of the body, or what S3 takes in its stead.
        package var payload: String

        package init(
            method: String, path: String, query: [(name: String, value: String)] = [],
            headers: [(name: String, value: String)], payload: String
        ) {
            self.method = method
            self.path = path
            self.query = query
            self.headers = headers
            self.payload = payload
        }
    }

    package init(credentials: AWSCredentials, region: String, service: String) {
        self.credentials = credentials
        self.region = region
        self.service = service
    }

    /// The value of the Authorization header.
    package func authorization(_ request: Request, at time: AWSTime) -> String {
        let scope = "\(time.day)/\(region)/\(service)/aws4_request"
        let (canonical, signed) = Self.canonical(request)
        let digest = SHA256.digest(of: Array(canonical.utf8)).hex
        let text = "AWS4-HMAC-SHA256\n\(time.stamp)\n\(scope)\n\(digest)"
        var key = Array("AWS4\(credentials.secretKey)".utf8)
        for part in [time.day, region, service, "aws4_request", text] {
            key = HMACSHA256.code(key: key, message: part)
        }
        return "AWS4-HMAC-SHA256 Credential=\(credentials.accessKey)/\(scope), "
            + "SignedHeaders=\(signed), Signature=\(Hex.encode(key))"
    }

    /// The request as both sides write it down, and the names of the signed headers.
    static func canonical(_ request: Request) -> (text: String, signedHeaders: String) {
        var headers: [String: [String]] = [:]
        for (name, value) in request.headers {
            headers[name.lowercased(), default: []].append(trimmed(value))
        }
        let names = headers.keys.sorted()
        let signed = names.joined(separator: ";")
        var lines = [request.method, request.path, queryText(request.query)]
        for name in names {
            lines.append("\(name):\(headers[name, default: []].joined(separator: ","))")
        }
        lines += ["", signed, request.payload]
        return (lines.joined(separator: "\n"), signed)
    }

    /// The query as it is signed, and as it may be sent: encoded, then sorted.
    package static func queryText(_ query: [(name: String, value: String)]) -> String {
        query.map { (PercentEncoding.encode($0.name), PercentEncoding.encode($0.value)) }
            .sorted { ($0.0, $0.1) < ($1.0, $1.1) }
            .map { "\($0.0)=\($0.1)" }
            .joined(separator: "&")
    }

    /// Without spaces around it, and with single ones within.
    private static func trimmed(_ value: String) -> String {
        value.split { $0 == " " || $0 == "\t" || $0.isNewline }.joined(separator: " ")
    }
}
