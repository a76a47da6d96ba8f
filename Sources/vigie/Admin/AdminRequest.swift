/// What was asked of the admin port.
struct AdminRequest {
    let method: String
    /// Without the query.
    let path: String
    private let headers: [(name: String, value: String)]
    let body: [UInt8]

    /// A request's head as it came: the request line and header lines; nil when it is no HTTP/1.1.
    init?(head: [UInt8], body: [UInt8]) {
        let lines = String(decoding: head, as: UTF8.self).split(
            separator: "\r\n", omittingEmptySubsequences: true)
        guard let line = lines.first else { return nil }
        let parts = line.split(separator: " ")
        guard parts.count == 3, parts[2].hasPrefix("HTTP/1.") else { return nil }
        method = String(parts[0])
        path = String(parts[1].prefix { $0 != "?" })
        headers = lines.dropFirst().compactMap { line in
            guard let colon = line.firstIndex(of: ":") else { return nil }
            let value = line[line.index(after: colon)...]
            return (line[..<colon].lowercased(), value.trimmed)
        }
        self.body = body
    }

    /// The value of a header, several of one name joined with commas (RFC 9110 §5.3); empty for none.
    /// - Parameter name: in lower case.
    func header(_ name: String) -> String {
        headers.filter { $0.name == name }.map(\.value).joined(separator: ", ")
    }

    /// Whether the answer may be compressed with gzip (RFC 9110 §12.5.3).
    var acceptsGzip: Bool {
        header("accept-encoding").split(separator: ",").contains { coding in
            let parts = coding.split(separator: ";").map { $0.trimmed.lowercased() }
            let isRefused = parts.dropFirst().contains { part in
                part.hasPrefix("q=") && Double(part.dropFirst(2)) == 0
            }
            return parts.first == "gzip" && !isRefused
        }
    }
}

extension Substring {
    /// Without blanks at either end.
    fileprivate var trimmed: String {
        var rest = self
        while rest.first == " " || rest.first == "\t" { rest.removeFirst() }
        while rest.last == " " || rest.last == "\t" { rest.removeLast() }
        return String(rest)
    }
}
