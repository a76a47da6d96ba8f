import CCurl
import Glibc

/// One request at a time, with the connections that it leaves open for the next.
///
/// Sendable because it belongs to the thread that took it from the client's idle ones; only ``wake()``
/// is for any thread, as libcurl allows.
final class Transfer: @unchecked Sendable {
    private let easy: UnsafeMutableRawPointer
    private let multi: UnsafeMutableRawPointer
    private let trust: HTTPTrust
    private let userAgent: String
    private var exchange = Exchange()
    /// libcurl's own buffer: it writes there when something fails.
    private let errorText: UnsafeMutablePointer<CChar>

    private static let isStarted = vigie_curl_start() == CURLE_OK

    init(_ trust: HTTPTrust, _ userAgent: String) throws(HTTPError) {
        guard Self.isStarted, let easy = curl_easy_init() else {
            throw HTTPError(.request, "libcurl cannot start: memory has run out")
        }
        guard let multi = curl_multi_init() else {
            curl_easy_cleanup(easy)
            throw HTTPError(.request, "libcurl cannot start: memory has run out")
        }
        self.easy = easy
        self.multi = multi
        errorText = .allocate(capacity: Int(CURL_ERROR_SIZE))
        errorText.initialize(repeating: 0, count: Int(CURL_ERROR_SIZE))
        self.trust = trust
        self.userAgent = userAgent
    }

    deinit {
        curl_easy_cleanup(easy)
        curl_multi_cleanup(multi)
        errorText.deallocate()
    }

    /// Makes ``run(_:isCancelled:_:)`` look at whether it is cancelled.
    func wake() { curl_multi_wakeup(multi) }

    /// Forgets the request, keeps the connections.
    func reset() {
        curl_easy_reset(easy)
        exchange = Exchange()
    }

    func run(
        _ request: HTTPRequest, isCancelled: () -> Bool,
        _ receive: @escaping (HTTPResponse, RawSpan) -> Bool
    ) throws(HTTPError) -> HTTPResponse {
        exchange.receive = receive
        defer { exchange.receive = nil }
        var headers: UnsafeMutablePointer<curl_slist>?
        defer { curl_slist_free_all(headers) }
        for field in request.headers.fields {
            let line = field.value.isEmpty ? "\(field.name);" : "\(field.name): \(field.value)"
            guard !line.utf8.contains(where: { $0 == 10 || $0 == 13 || $0 == 0 }) else {
                throw HTTPError(.request, "header \(field.name) has a line break in it")
            }
            headers = curl_slist_append(headers, line)
        }
        // No waiting for a "100 Continue" that many servers never send.
        headers = curl_slist_append(headers, "Expect:")
        let file = try open(request.body)
        defer { if file >= 0 { close(file) } }
        exchange.file = file
        // Host and port of the URL are left out: any.
        let places = request.connectTo.flatMap { curl_slist_append(nil, "::\($0)") }
        defer { curl_slist_free_all(places) }
        try prepare(request, headers, file)
        vigie_curl_set_list(easy, CURLOPT_CONNECT_TO, places)
        let code = try perform(request, isCancelled: isCancelled)
        if exchange.isRefused || isCancelled() { throw HTTPClient.cancelled(request) }
        guard code == CURLE_OK else {
            throw HTTPError(code, detail: errorMessage, request)
        }
        return exchange.response
    }

    private func open(_ body: HTTPRequest.Body) throws(HTTPError) -> Int32 {
        guard case .file(let path) = body else { return -1 }
        let file = Glibc.open(path, O_RDONLY | O_CLOEXEC)
        guard file >= 0 else {
            throw HTTPError(.request, "cannot read \(path): \(String(cString: strerror(errno)))")
        }
        return file
    }

    private func perform(_ request: HTTPRequest, isCancelled: () -> Bool) throws(HTTPError)
        -> CURLcode
    {
        curl_multi_add_handle(multi, easy)
        defer { curl_multi_remove_handle(multi, easy) }
        func drive() -> Int32 {
            var running: Int32 = 1
            while !isCancelled() {
                guard curl_multi_perform(multi, &running) == CURLM_OK else { break }
                let result = vigie_curl_result(multi)
                if result >= 0 { return result }
                curl_multi_poll(multi, nil, 0, 1000, nil)
            }
            return -1
        }
        let result: Int32
        if case .bytes(let bytes) = request.body {
            // Not copied: it stays where it is until the transfer has ended.
            result = bytes.withUnsafeBytes { bytes in
                if let base = bytes.baseAddress {
                    vigie_curl_set_pointer(
                        easy, CURLOPT_POSTFIELDS, UnsafeMutableRawPointer(mutating: base))
                } else {
                    // Null would mean that the body is to be asked for.
                    vigie_curl_set_string(easy, CURLOPT_COPYPOSTFIELDS, "")
                }
                return drive()
            }
        } else {
            result = drive()
        }
        guard result >= 0 else {
            if isCancelled() { throw HTTPClient.cancelled(request) }
            throw HTTPError(
                .broken, "\(request.method) \(HTTPError.place(request.url)): libcurl failed")
        }
        return CURLcode(UInt32(result))
    }

    private var errorMessage: String { String(cString: errorText) }
}

extension Transfer {
    private func prepare(
        _ request: HTTPRequest, _ headers: UnsafeMutablePointer<curl_slist>?, _ file: Int32
    ) throws(HTTPError) {
        let context = Unmanaged.passUnretained(exchange).toOpaque()
        vigie_curl_set_string(easy, CURLOPT_PROTOCOLS_STR, "http,https")
        guard vigie_curl_set_string(easy, CURLOPT_URL, request.url) == CURLE_OK else {
            throw HTTPError(.request, "\(request.url) is no URL")
        }
        vigie_curl_set_long(easy, CURLOPT_PATH_AS_IS, 1)
        vigie_curl_set_long(easy, CURLOPT_NOSIGNAL, 1)
        vigie_curl_set_long(easy, CURLOPT_TCP_KEEPALIVE, 1)
        vigie_curl_set_long(easy, CURLOPT_HTTP_VERSION, Int(CURL_HTTP_VERSION_2TLS))
        vigie_curl_set_string(easy, CURLOPT_USERAGENT, userAgent)
        vigie_curl_set_list(easy, CURLOPT_HTTPHEADER, headers)
        errorText[0] = 0
        vigie_curl_set_pointer(easy, CURLOPT_ERRORBUFFER, errorText)
        vigie_curl_set_data(easy, CURLOPT_WRITEFUNCTION) { bytes, size, count, context in
            Exchange.of(context).take(UnsafeRawBufferPointer(start: bytes, count: size * count))
        }
        vigie_curl_set_pointer(easy, CURLOPT_WRITEDATA, context)
        vigie_curl_set_data(easy, CURLOPT_HEADERFUNCTION) { bytes, size, count, context in
            Exchange.of(context).takeHeader(
                UnsafeRawBufferPointer(start: bytes, count: size * count))
        }
        vigie_curl_set_pointer(easy, CURLOPT_HEADERDATA, context)
        setMethod(request, context, file)
        setTimes(request)
        setTrust()
    }

    private func setMethod(
        _ request: HTTPRequest, _ context: UnsafeMutableRawPointer, _ file: Int32
    ) {
        switch request.body {
        case .none:
            if request.method == "HEAD" { vigie_curl_set_long(easy, CURLOPT_NOBODY, 1) }
        case .bytes(let bytes):
            vigie_curl_set_long(easy, CURLOPT_POST, 1)
            vigie_curl_set_offset(easy, CURLOPT_POSTFIELDSIZE_LARGE, Int64(bytes.count))
        case .file:
            var status = stat()
            fstat(file, &status)
            vigie_curl_set_long(easy, CURLOPT_UPLOAD, 1)
            vigie_curl_set_offset(easy, CURLOPT_INFILESIZE_LARGE, Int64(status.st_size))
            vigie_curl_set_data(easy, CURLOPT_READFUNCTION) { bytes, size, count, context in
                Exchange.of(context).give(
                    UnsafeMutableRawBufferPointer(start: bytes, count: size * count))
            }
            vigie_curl_set_pointer(easy, CURLOPT_READDATA, context)
            // For a kept connection that turns out to be dead when the body is half sent.
            vigie_curl_set_seek(easy) { context, offset, origin in
                lseek(Exchange.of(context).file, Int(offset), origin) < 0
                    ? CURL_SEEKFUNC_FAIL : CURL_SEEKFUNC_OK
            }
            vigie_curl_set_pointer(easy, CURLOPT_SEEKDATA, context)
        }
        vigie_curl_set_string(easy, CURLOPT_CUSTOMREQUEST, request.method)
    }

    private func setTimes(_ request: HTTPRequest) {
        if let timeout = request.timeout {
            vigie_curl_set_long(easy, CURLOPT_TIMEOUT_MS, timeout.milliseconds)
        }
        vigie_curl_set_long(
            easy, CURLOPT_CONNECTTIMEOUT_MS, request.connectTimeout.milliseconds)
        if let idle = request.idleTimeout {
            vigie_curl_set_long(easy, CURLOPT_LOW_SPEED_LIMIT, 1)
            vigie_curl_set_long(
                easy, CURLOPT_LOW_SPEED_TIME, max(1, Int(idle.components.seconds)))
        }
    }

    private func setTrust() {
        if !trust.isVerified {
            vigie_curl_set_long(easy, CURLOPT_SSL_VERIFYPEER, 0)
            vigie_curl_set_long(easy, CURLOPT_SSL_VERIFYHOST, 0)
        }
        set(trust.authorities, file: CURLOPT_CAINFO, pem: CURLOPT_CAINFO_BLOB)
        set(trust.certificate, file: CURLOPT_SSLCERT, pem: CURLOPT_SSLCERT_BLOB)
        set(trust.key, file: CURLOPT_SSLKEY, pem: CURLOPT_SSLKEY_BLOB)
    }

    private func set(_ certificates: HTTPTrust.Certificates?, file: CURLoption, pem: CURLoption) {
        switch certificates {
        case .file(let path): vigie_curl_set_string(easy, file, path)
        case .pem(let bytes):
            _ = bytes.withUnsafeBytes { vigie_curl_set_blob(easy, pem, $0.baseAddress, $0.count) }
        case nil: break
        }
    }
}

extension Duration {
    /// At least 1: libcurl takes 0 for "no limit".
    fileprivate var milliseconds: Int {
        let parts = components
        return max(
            1, Int(clamping: parts.seconds) * 1000 + Int(parts.attoseconds / 1_000_000_000_000_000))
    }
}
