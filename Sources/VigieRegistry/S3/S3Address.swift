import VigieCrypto

/// Where an S3 registry is:
/// `s3://bucket/prefix?endpoint=https://minio:9000&region=eu-west-1&path-style=true&ca=/etc/ca.pem`.
package struct S3Address: Sendable, Equatable {
    package var bucket: String
    /// Empty, or with a `/` at its end.
    package var prefix: String
    /// Scheme, host and port of the server; nil for AWS's own.
    package var endpoint: String?
    package var region: String?
    /// Whether the bucket's name goes into the path rather than the host's name; by default it does
    /// with an endpoint of one's own.
    package var isPathStyle: Bool
    /// A PEM file of authorities that the server's certificate is checked against.
    package var authorities: String?
    /// Whether requests go unsigned, to a bucket that anybody may read.
    package var isAnonymous = false

    private static let parameters = "endpoint, region, path-style, ca and anonymous"

    /// - Throws: `.folder` with what is wrong with `text`.
    package init(_ text: String) throws(RegistryError) {
        func wrong(_ problem: String) -> RegistryError {
            RegistryError(
                .folder,
                "\(problem); expected s3://bucket/prefix, and after a '?' any of \(Self.parameters)"
            )
        }
        guard text.hasPrefix("s3://") else { throw wrong("it does not begin with s3://") }
        let parts = text.dropFirst(5).split(
            separator: "?", maxSplits: 1, omittingEmptySubsequences: false)
        let path = parts[0].split(separator: "/", maxSplits: 1, omittingEmptySubsequences: false)
        bucket = String(path[0])
        guard (3...63).contains(bucket.utf8.count),
            bucket.utf8.allSatisfy({
                ModelName.isValid(String(UnicodeScalar($0))) || $0 == 45 || $0 == 46 || $0 == 95
            })
        else { throw wrong("'\(bucket)' is no bucket's name") }
        var prefix = path.count > 1 ? String(path[1]) : ""
        while prefix.hasSuffix("/") { prefix.removeLast() }
        if !prefix.isEmpty, let problem = RelativePath.problem(with: prefix) {
            throw wrong("the prefix '\(prefix)' \(problem)")
        }
        self.prefix = prefix.isEmpty ? "" : prefix + "/"
        var pathStyle: Bool?
        for parameter in parts.count > 1 ? parts[1].split(separator: "&") : [] {
            let sides = parameter.split(
                separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            guard sides.count == 2, let value = PercentEncoding.decode(sides[1]) else {
                throw wrong("'\(parameter)' is no name=value")
            }
            switch sides[0] {
            case "endpoint":
                guard let checked = Self.endpoint(value) else {
                    throw wrong("endpoint '\(value)' is no http://host:port or https://host:port")
                }
                endpoint = checked
            case "region": region = value
            case "ca": authorities = value
            case "path-style", "anonymous":
                guard let flag = ["true": true, "false": false][value] else {
                    throw wrong("\(sides[0]) is true or false, not '\(value)'")
                }
                if sides[0] == "anonymous" { isAnonymous = flag } else { pathStyle = flag }
            default: throw wrong("there is no parameter '\(sides[0])'")
            }
        }
        // A certificate for *.host covers no bucket with a dot in its name.
        isPathStyle = pathStyle ?? (endpoint != nil || bucket.contains("."))
    }

    /// Without a path; nil for anything but a server.
    private static func endpoint(_ text: String) -> String? {
        var text = text
        if text.hasSuffix("/") { text.removeLast() }
        let rest: Substring
        if text.hasPrefix("http://") {
            rest = text.dropFirst(7)
        } else if text.hasPrefix("https://") {
            rest = text.dropFirst(8)
        } else {
            return nil
        }
        let isPlain = rest.utf8.allSatisfy { $0 > 0x20 && $0 < 0x7f && $0 != 0x2f && $0 != 0x40 }
        return rest.isEmpty || !isPlain ? nil : text
    }
}
