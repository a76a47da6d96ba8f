import VigieHTTP

/// One answer to a request for (the rest of) a file.
final class DownloadAttempt {
    private let sink: any DownloadSink
    private let etag: String?
    /// Bytes of the file that the sink has.
    private(set) var received: Int
    private(set) var problem: RemoteError?
    /// Of an answer that is no success.
    private(set) var errorBody: [UInt8] = []
    private var isChecked = false

    init(sink: any DownloadSink, etag: String?, from received: Int) {
        self.sink = sink
        self.etag = etag
        self.received = received
    }

    /// - Returns: false to end the request.
    func receive(_ response: HTTPResponse, _ bytes: RawSpan) -> Bool {
        guard response.isSuccess else {
            guard errorBody.count + bytes.byteCount <= RemoteHTTP.errorBytesMax else {
                return true
            }
            bytes.withUnsafeBytes { errorBody.append(contentsOf: $0) }
            return true
        }
        check(response)
        guard problem == nil else { return false }
        do throws(RemoteError) {
            try sink.take(bytes)
            received += bytes.byteCount
        } catch { problem = error }
        return problem == nil
    }

    /// Looks once at whether a success is what was asked for.
    func check(_ response: HTTPResponse) {
        guard response.isSuccess, !isChecked, problem == nil else { return }
        isChecked = true
        if let encoding = response.headers["Content-Encoding"], encoding.lowercased() != "identity"
        {
            problem = RemoteError(
                .refused(.encoding),
                "it is stored with Content-Encoding \(encoding): only plain files are taken, "
                    + "upload it uncompressed")
            return
        }
        // Servers that do not know If-Match (rclone's) still say what they give.
        if let etag, let given = response.headers["ETag"],
            Self.opaque(given) != Self.opaque(etag)
        {
            problem = RemoteError(
                .changed, "it was changed while it was read (ETag \(given), listed \(etag))")
            return
        }
        guard received > 0 else { return }
        if response.status == 206 {
            let expected = "bytes \(received)-"
            guard response.headers["Content-Range"]?.hasPrefix(expected) == true else {
                problem = RemoteError(
                    .unavailable,
                    "the server gave Content-Range "
                        + "'\(response.headers["Content-Range"] ?? "")' for bytes from \(received)")
                return
            }
        } else {
            // The whole file again.
            received = 0
            do throws(RemoteError) { try sink.restart() } catch { problem = error }
        }
    }

    /// An ETag without its quotes and weakness: some listings leave them out.
    private static func opaque(_ etag: String) -> Substring {
        var text = etag[...]
        if text.hasPrefix("W/") { text = text.dropFirst(2) }
        if text.count >= 2, text.hasPrefix("\""), text.hasSuffix("\"") {
            text = text.dropFirst().dropLast()
        }
        return text
    }
}
