import VigieCrypto
import VigieHTTP

/// Signed requests to one bucket. Any thread that may block.
package struct S3Client: Sendable {
    package let address: S3Address
    private let credentials: S3Credentials
    private let region: String
    private let http: RemoteHTTP
    private let clock: @Sendable () -> AWSTime

    static let emptyDigest = SHA256.digest(of: []).hex

    package init(
        _ address: S3Address, credentials: S3Credentials = S3Credentials(),
        counters: RemoteCounters = RemoteCounters(), retry: RetryPolicy = RetryPolicy(),
        clock: @escaping @Sendable () -> AWSTime = { .now() }
    ) {
        self.address = address
        self.credentials = credentials
        region = address.region ?? credentials.region() ?? "us-east-1"
        var trust = HTTPTrust()
        trust.authorities = address.authorities.map { .file($0) }
        http = RemoteHTTP(
            client: HTTPClient(trust: trust), retry: retry, counters: counters,
            failure: { [address] in S3Failure.error($0, $1, address) })
        self.clock = clock
    }

    /// Without credentials, for people.
    package var place: String {
        let server = address.endpoint.map { " at \($0)" } ?? ""
        return "s3://\(address.bucket)/\(address.prefix)\(server)"
    }

    /// - Parameters:
    ///   - key: in the bucket; nil for the bucket itself.
    ///   - headers: signed, too.
    ///   - digest: of the body.
    package func send(
        _ method: String, _ key: String?, query: [(name: String, value: String)] = [],
        headers: HTTPHeaders = HTTPHeaders(), body: HTTPRequest.Body = .none,
        digest: String = S3Client.emptyDigest, timeout: Duration? = .seconds(60),
        _ cancellation: HTTPCancellation
    ) throws(RemoteError) -> HTTPResponse {
        try http.send(cancellation) { () throws(RemoteError) in
            var headers = headers
            if case .none = body {
            } else {
                headers["Content-Type"] = "application/octet-stream"
            }
            var request = try signed(method, key, query, headers, digest)
            request.body = body
            request.timeout = timeout
            return request
        }
    }

    /// Reads an object, which must still be that of `etag`.
    package func download(
        _ key: String, etag: String?, _ sink: any DownloadSink, _ cancellation: HTTPCancellation
    ) throws(RemoteError) {
        try http.download(into: sink, etag: etag, cancellation) {
            headers throws(RemoteError) in
            var request = try signed("GET", key, [], headers, S3Client.emptyDigest)
            // However large the object: only silence counts.
            request.timeout = nil
            return request
        }
    }

    private func signed(
        _ method: String, _ key: String?, _ query: [(name: String, value: String)],
        _ headers: HTTPHeaders, _ digest: String
    ) throws(RemoteError) -> HTTPRequest {
        let (server, host, path) = location(key)
        let time = clock()
        var headers = headers
        headers["x-amz-date"] = time.stamp
        headers["x-amz-content-sha256"] = digest
        let text = SigV4.queryText(query)
        if !address.isAnonymous {
            let found = try credentials.find()
            headers["x-amz-security-token"] = found.sessionToken
            let signer = SigV4(credentials: found, region: region, service: "s3")
            let all = headers.fields.map { (name: $0.name, value: $0.value) } + [("host", host)]
            headers["Authorization"] = signer.authorization(
                SigV4.Request(
                    method: method, path: path, query: query, headers: all, payload: digest),
                at: time)
        }
        let url = "\(server)\(path)" + (text.isEmpty ? "" : "?\(text)")
        return HTTPRequest(method, url, headers: headers)
    }

    /// Where an object, or the bucket, is asked for.
    private func location(_ key: String?) -> (server: String, host: String, path: String) {
        let endpoint = address.endpoint ?? "https://s3.\(region).amazonaws.com"
        let scheme = endpoint.hasPrefix("https://") ? "https://" : "http://"
        var host = String(endpoint.dropFirst(scheme.count))
        var path = "/" + PercentEncoding.encode(key ?? "", keepsSlash: true)
        if address.isPathStyle {
            path = "/\(address.bucket)" + (key == nil ? "" : path)
        } else {
            host = "\(address.bucket).\(host)"
        }
        // The port is left out of the Host header where it is the scheme's own.
        let usual = scheme == "https://" ? ":443" : ":80"
        let shown = host.hasSuffix(usual) ? String(host.dropLast(usual.count)) : host
        return (scheme + host, shown, path)
    }
}
