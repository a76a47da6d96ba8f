import VigieTransport

/// What a client reads in a response's header block or trailers.
struct ReceivedHeaders: ~Copyable {
    private(set) var httpStatus = 0
    private var isGRPC = false
    private var statusCode: Int?
    private var message: String?
    private var details: [UInt8] = []
    private(set) var encoding = MessageEncoding.identity
    private(set) var unknownEncoding: String?
    private(set) var pushBack: String?
    private(set) var listBytes = 0
    private var store = HeaderStore()

    /// As RFC 9113 §6.5.2 counts; over it, the call ends.
    static let listBytesMax = 64 * 1024

    mutating func reset() {
        httpStatus = 0
        isGRPC = false
        statusCode = nil
        message = nil
        if !details.isEmpty { details = [] }
        encoding = .identity
        unknownEncoding = nil
        pushBack = nil
        listBytes = 0
        store.removeAll()
    }

    mutating func take(_ name: RawSpan, _ value: RawSpan) {
        listBytes += name.byteCount + value.byteCount + 32
        guard listBytes <= Self.listBytesMax else { return }
        switch name.byteCount {
        case 7 where name.equals(":status"): httpStatus = Int(value.string) ?? 0
        case 11 where name.equals("grpc-status"): statusCode = Int(value.string) ?? -1
        case 12 where name.equals("content-type"): isGRPC = value.hasPrefix("application/grpc")
        case 12 where name.equals("grpc-message"):
            message = value.withUnsafeBytes { PercentEncoding.decode($0) }
        case 13 where name.equals("grpc-encoding"):
            let text = value.string
            if let known = MessageEncoding(name: text) {
                encoding = known
            } else {
                unknownEncoding = text
            }
        case 20 where name.equals("grpc-accept-encoding"): break
        case 22 where name.equals("grpc-retry-pushback-ms"): pushBack = value.string
        case 23 where name.equals("grpc-status-details-bin"):
            details = value.withUnsafeBytes { Base64.decode($0) } ?? []
        default: store.append(name: name, value: value)
        }
    }

    var isOverLimit: Bool { listBytes > Self.listBytesMax }

    /// Custom metadata; what is not base 64 where it should be is left out with all the rest.
    var metadata: Metadata { store.isEmpty ? Metadata() : store.metadata() ?? Metadata() }

    /// The status in this block; nil when it has none.
    var status: RPCStatus? {
        guard let statusCode else { return nil }
        if statusCode == 0, message == nil, details.isEmpty { return .ok }
        guard let code = StatusCode(rawValue: statusCode) else {
            return RPCStatus(.unknown, "unknown grpc-status \(statusCode): \(message ?? "")")
        }
        return RPCStatus(code, message ?? "", details: details)
    }

    /// Why this block begins no gRPC response; nil when it does.
    var refusal: RPCStatus? {
        if let status, status.code != .ok { return status }
        guard httpStatus == 200 else {
            return RPCStatus(
                StatusCode(httpStatus: httpStatus), "the server answered HTTP status \(httpStatus)")
        }
        if !isGRPC {
            return RPCStatus(.unknown, "the answer's content-type is not application/grpc")
        }
        if let unknownEncoding {
            return RPCStatus(
                .internal, "the answer's grpc-encoding '\(unknownEncoding)' is unknown")
        }
        return nil
    }
}
