/// What is said about an upload in parts, as XML.
enum S3UploadText {
    /// The id in an InitiateMultipartUploadResult, which rclone calls otherwise; nil when there is none.
    static func id(_ body: [UInt8]) -> String? {
        var parser = XMLPullParser(body)
        var path: [String] = []
        var id = ""
        while let event = try? parser.next() {
            switch event {
            case .start(let name): path.append(name)
            case .end: path.removeLast()
            case .text(let text):
                if path.dropFirst() == ["UploadId"] { id += text }
            }
        }
        return id.isEmpty ? nil : id
    }

    /// A CompleteMultipartUpload.
    /// - Parameter tags: the ETags of the parts, in order.
    static func completion(_ tags: [String]) -> String {
        let parts = tags.enumerated().map { index, tag in
            "<Part><PartNumber>\(index + 1)</PartNumber><ETag>\(escaped(tag))</ETag></Part>"
        }
        return "<CompleteMultipartUpload xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\">"
            + parts.joined() + "</CompleteMultipartUpload>"
    }

    private static func escaped(_ text: String) -> String {
        var escaped = ""
        for character in text {
            switch character {
            case "&": escaped += "&amp;"
            case "<": escaped += "&lt;"
            case ">": escaped += "&gt;"
            default: escaped.append(character)
            }
        }
        return escaped
    }
}
