/// One answer of the admin port.
struct AdminPage {
    let status: Int
    let contentType: String
    let body: [UInt8]

    init(status: Int = 200, text: String) {
        self.status = status
        contentType = "text/plain; charset=utf-8"
        body = Array(text.utf8)
    }

    init(status: Int = 200, json: String) {
        self.status = status
        contentType = "application/json"
        body = Array((json + "\n").utf8)
    }

    /// RFC 9110 §15's phrase.
    var reason: String {
        switch status {
        case 200: "OK"
        case 400: "Bad Request"
        case 404: "Not Found"
        case 405: "Method Not Allowed"
        default: "Service Unavailable"
        }
    }
}
