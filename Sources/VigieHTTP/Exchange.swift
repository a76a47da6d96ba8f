import Glibc

/// What libcurl's callbacks of one request read and write, all on the thread that runs it.
final class Exchange {
    var response = HTTPResponse(status: 0)
    var receive: ((HTTPResponse, RawSpan) -> Bool)?
    /// The receiver wants no more.
    private(set) var isRefused = false
    /// Of the body that is sent; -1 for none.
    var file: Int32 = -1

    static func of(_ context: UnsafeMutableRawPointer?) -> Exchange {
        // Set by `Transfer.prepare` before libcurl can call, and kept by the transfer.
        Unmanaged<Exchange>.fromOpaque(context!).takeUnretainedValue()
    }

    /// - Returns: how many bytes were taken; another number than there were ends the request.
    func take(_ bytes: UnsafeRawBufferPointer) -> Int {
        guard let receive, receive(response, bytes.bytes) else {
            isRefused = true
            return 0
        }
        return bytes.count
    }

    /// One line: a status line, a field, or the empty one at the end; trailers come here, too.
    func takeHeader(_ bytes: UnsafeRawBufferPointer) -> Int {
        let line = String(decoding: bytes, as: UTF8.self).prefix { !$0.isNewline }
        if line.hasPrefix("HTTP/") {
            let status = line.split(separator: " ", maxSplits: 2).dropFirst().first
            response.status = status.flatMap { Int($0) } ?? 0
            // The answer after a "100 Continue" begins anew.
            response.headers.removeAll()
        } else if let colon = line.firstIndex(of: ":") {
            let value = line[line.index(after: colon)...]
            response.headers.add(String(line[..<colon]), String(value.trimmed))
        }
        return bytes.count
    }

    /// - Returns: how many bytes were written; 0 at the file's end, more than there is room for to
    ///   give up (CURL_READFUNC_ABORT).
    func give(_ room: UnsafeMutableRawBufferPointer) -> Int {
        while true {
            let count = read(file, room.baseAddress, room.count)
            if count >= 0 { return count }
            if errno != EINTR { return 0x1000_0000 }
        }
    }
}

extension Substring {
    fileprivate var trimmed: Substring {
        var text = drop { $0 == " " || $0 == "\t" }
        while let last = text.last, last == " " || last == "\t" { text.removeLast() }
        return text
    }
}
