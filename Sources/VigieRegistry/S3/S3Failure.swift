import VigieHTTP

/// What an S3 server's refusals mean, in words of what to do.
enum S3Failure {
    /// Nil for successes, and for what the caller asked to be told: 304 and 412. An answer to
    /// CompleteMultipartUpload begins before it is known how it ends: it may be a failure with the
    /// status 200 (Amazon S3 API reference).
    static func error(_ request: HTTPRequest, _ response: HTTPResponse, _ address: S3Address)
        -> RemoteError?
    {
        if response.isSuccess, request.method != "POST" { return nil }
        let (code, message) = parse(response.body)
        if response.isSuccess {
            return code.isEmpty
                ? nil : RemoteError(.unavailable, "\(request.method): \(code): \(message)")
        }
        let what = "\(request.method) \(request.url.prefix { $0 != "?" })"
        let told = [code, message].filter { !$0.isEmpty }.joined(separator: ": ")
        let answer = "\(what): HTTP \(response.status)" + (told.isEmpty ? "" : " \(told)")
        switch (response.status, code) {
        case (304, _), (412, _): return nil
        case (_, "RequestTimeTooSkewed"):
            let ours = request.headers["x-amz-date"] ?? "?"
            let theirs = response.headers["Date"] ?? "?"
            return RemoteError(
                .denied,
                "\(answer); this machine's clock says \(ours), the server's \(theirs): "
                    + "set it right (NTP)")
        case (_, "InvalidAccessKeyId"):
            return RemoteError(
                .denied,
                "\(answer); the server does not know this access key: check "
                    + "AWS_ACCESS_KEY_ID or the profile")
        case (_, "SignatureDoesNotMatch"):
            return RemoteError(
                .denied,
                "\(answer); the secret key does not fit the access key: check "
                    + "AWS_SECRET_ACCESS_KEY, and that no proxy changes requests")
        case (_, "ExpiredToken"), (_, "InvalidToken"), (_, "TokenRefreshRequired"):
            return RemoteError(
                .denied,
                "\(answer); the temporary credentials have run out: renew "
                    + "AWS_SESSION_TOKEN and its keys")
        case (_, "NoSuchBucket"):
            return RemoteError(.notFound, "\(answer); there is no bucket '\(address.bucket)'")
        case (_, "AuthorizationHeaderMalformed"), (_, "PermanentRedirect"), (301, _), (307, _),
            (308, _):
            let region = response.headers["x-amz-bucket-region"].map { " (\($0))" } ?? ""
            return RemoteError(
                .denied,
                "\(answer); the bucket is elsewhere\(region): set region= or endpoint= "
                    + "in the registry's URL")
        case (403, _):
            return RemoteError(
                .denied,
                "\(answer); the credentials lack the right: reading takes s3:ListBucket "
                    + "and s3:GetObject, publishing s3:PutObject")
        case (401, _): return RemoteError(.denied, answer)
        case (404, _): return RemoteError(.notFound, answer)
        case (408, _), (425, _), (429, _), (500..., _), (_, "SlowDown"), (_, "RequestTimeout"):
            return RemoteError(
                .unavailable, answer, retryAfter: RemoteHTTP.retryAfter(response))
        default: return RemoteError(.refused(.other), answer)
        }
    }

    /// Code and message of an error's XML; empty where there is none.
    private static func parse(_ body: [UInt8]) -> (code: String, message: String) {
        var parser = XMLPullParser(body)
        var code = ""
        var message = ""
        var path: [String] = []
        while let event = try? parser.next() {
            switch event {
            case .start(let name): path.append(name)
            case .end: path.removeLast()
            case .text(let text) where path == ["Error", "Code"]: code += text
            case .text(let text) where path == ["Error", "Message"]: message += text
            case .text: break
            }
        }
        return (code, String(message.prefix(300)))
    }
}
