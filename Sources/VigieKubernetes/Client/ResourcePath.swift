/// Where objects are: a kind of them, in a namespace or everywhere, or one of them.
package struct ResourcePath: Sendable, Equatable {
    /// Empty for the core group.
    package let group: String
    package let version: String
    /// "modelrollouts".
    package let plural: String
    /// Nil for all namespaces, or objects that have none.
    package var namespace: String?
    /// Nil for all of them.
    package var name: String?
    /// "status".
    package var subresource: String?

    package init(
        group: String = "", version: String, plural: String, namespace: String? = nil,
        name: String? = nil, subresource: String? = nil
    ) {
        self.group = group
        self.version = version
        self.plural = plural
        self.namespace = namespace
        self.name = name
        self.subresource = subresource
    }

    /// One of them.
    package func named(_ name: String, subresource: String? = nil) -> ResourcePath {
        var path = self
        path.name = name
        path.subresource = subresource
        return path
    }

    /// What stands in an object's `apiVersion`.
    package var apiVersion: String { group.isEmpty ? version : "\(group)/\(version)" }

    /// The path of a URL, percent-encoded.
    package var path: String {
        var path = group.isEmpty ? "/api/\(version)" : "/apis/\(group)/\(version)"
        if let namespace { path += "/namespaces/" + PercentEncoding.encode(namespace) }
        path += "/" + plural
        if let name { path += "/" + PercentEncoding.encode(name) }
        if let subresource { path += "/" + subresource }
        return path
    }
}

package enum PercentEncoding {
    /// Leaves only what is unreserved (RFC 3986, section 2.3).
    package static func encode(_ text: String) -> String {
        var encoded = ""
        for byte in text.utf8 {
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "."),
                UInt8(ascii: "_"), UInt8(ascii: "~"):
                encoded.unicodeScalars.append(Unicode.Scalar(byte))
            default:
                let digits = String(byte, radix: 16, uppercase: true)
                encoded += digits.utf8.count == 1 ? "%0\(digits)" : "%\(digits)"
            }
        }
        return encoded
    }

    /// "a=1&b=c%20d".
    package static func query(_ items: [(String, String)]) -> String {
        items.map { "\(encode($0.0))=\(encode($0.1))" }.joined(separator: "&")
    }
}
