/// The message encodings that this side speaks (`grpc-encoding`).
package enum MessageEncoding: UInt8, Sendable, CaseIterable {
    case identity
    case gzip
    case deflate

    package var name: String {
        switch self {
        case .identity: "identity"
        case .gzip: "gzip"
        case .deflate: "deflate"
        }
    }

    package init?(name: String) {
        guard let match = Self.allCases.first(where: { $0.name == name }) else { return nil }
        self = match
    }

    /// The value of `grpc-accept-encoding` that we send.
    package static let accepted = allCases.map(\.name).joined(separator: ",")

    /// The encodings in a peer's `grpc-accept-encoding` that we also speak.
    package static func parseList(_ text: String) -> [MessageEncoding] {
        text.split(separator: ",").compactMap { item in
            MessageEncoding(name: item.filter { $0 != " " })
        }
    }
}
