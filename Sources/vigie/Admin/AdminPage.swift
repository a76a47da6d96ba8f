/// One answer of the admin port.
struct AdminPage {
    let status: Int
    let contentType: String
    let body: [UInt8]
    /// "gzip", or nil for none.
    var contentEncoding: String?
    /// Further header lines: name and value.
    var headers: [(name: String, value: String)] = []

    init(
        status: Int = 200, contentType: String, body: [UInt8], contentEncoding: String? = nil
    ) {
        self.status = status
        self.contentType = contentType
        self.body = body
        self.contentEncoding = contentEncoding
    }

    init(status: Int = 200, text: String) {
        self.init(
            status: status, contentType: "text/plain; charset=utf-8", body: Array(text.utf8))
    }

    init(status: Int = 200, json: String) {
        self.init(status: status, contentType: "application/json", body: Array((json + "\n").utf8))
    }

    init(html: String) {
        self.init(contentType: "text/html; charset=utf-8", body: Array(html.utf8))
        // The page has one inline style sheet, no script, and loads nothing.
        headers = [("content-security-policy", "default-src 'none'; style-src 'unsafe-inline'")]
    }

    /// RFC 9110 §15's phrase.
    var reason: String {
        switch status {
        case 200: "OK"
        case 400: "Bad Request"
        case 401: "Unauthorized"
        case 404: "Not Found"
        case 405: "Method Not Allowed"
        case 413: "Content Too Large"
        default: "Service Unavailable"
        }
    }

    /// The answer's head, as it goes on the wire.
    var head: String {
        var head = """
            HTTP/1.1 \(status) \(reason)\r\ncontent-type: \(contentType)\r\n\
            content-length: \(body.count)\r\ncache-control: no-store\r\n\
            x-content-type-options: nosniff\r\nconnection: close\r\n
            """
        if let contentEncoding {
            head += "content-encoding: \(contentEncoding)\r\nvary: accept-encoding\r\n"
        }
        for (name, value) in headers { head += "\(name): \(value)\r\n" }
        return head + "\r\n"
    }
}
