import VigieTransport

/// The header and trailer blocks that servers send.
enum ResponseHeaders {
    private static let base = [
        HeaderField(":status", "200"), HeaderField("content-type", "application/grpc"),
    ]

    /// The head of an answer without metadata or compression.
    static let plain = PreparedHeaders(base)
    /// The trailers of an answer without metadata.
    static let ok = PreparedHeaders([HeaderField("grpc-status", "0")])

    static func head(_ metadata: Metadata, encoding: MessageEncoding) -> OutgoingHeaders {
        if metadata.isEmpty, encoding == .identity { return .prepared(plain) }
        var fields = base
        if encoding != .identity { fields.append(HeaderField("grpc-encoding", encoding.name)) }
        return .fields(fields + metadata.headerFields)
    }

    static func trailers(
        _ status: RPCStatus, _ note: AnswerNote?, _ metadata: Metadata
    ) -> OutgoingHeaders {
        if status.code == .ok, metadata.isEmpty, status.message.isEmpty {
            return note.map { .shared($0.okTrailers) } ?? .prepared(ok)
        }
        return .fields(fields(status, note, metadata))
    }

    /// A whole answer in one block (grpc/grpc doc/PROTOCOL-HTTP2.md, "Trailers-Only").
    static func trailersOnly(
        _ status: RPCStatus, head: Metadata, _ note: AnswerNote?, _ metadata: Metadata,
        acceptEncoding: Bool
    ) -> [HeaderField] {
        var list = base
        if acceptEncoding {
            list.append(HeaderField("grpc-accept-encoding", MessageEncoding.accepted))
        }
        return list + head.headerFields + fields(status, note, metadata)
    }

    /// Bytes on the wire of a status message and of its details. Clients take header lists of 8 KiB
    /// in all as a rule (grpc/grpc doc/PROTOCOL-HTTP2.md), and answer a longer one with an error of their own,
    /// which would hide ours: a long message is cut, details that are too long are left out.
    static let maxMessageBytes = 2048
    static let maxDetailsBytes = 4096

    private static func fields(
        _ status: RPCStatus, _ note: AnswerNote?, _ metadata: Metadata
    ) -> [HeaderField] {
        var fields = [HeaderField("grpc-status", String(status.code.rawValue))]
        if !status.message.isEmpty {
            let message = PercentEncoding.encode(status.message, limit: maxMessageBytes)
            fields.append(HeaderField("grpc-message", bytes: message))
        }
        if !status.details.isEmpty {
            let details = Base64.encode(status.details)
            if details.count <= maxDetailsBytes {
                fields.append(HeaderField("grpc-status-details-bin", bytes: details))
            }
        }
        return fields + (note?.fields ?? []) + status.trailers.headerFields + metadata.headerFields
    }

    /// An answer to a request that is not gRPC at all.
    static func http(_ status: Int) -> OutgoingHeaders {
        .fields([
            HeaderField(":status", String(status)), HeaderField("content-type", "text/plain"),
        ])
    }
}
