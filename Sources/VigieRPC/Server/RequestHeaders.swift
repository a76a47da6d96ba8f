import VigieTransport

/// What a server reads in a request's header block.
struct RequestHeaders: ~Copyable {
    var isPost = false
    var isGet = false
    var isHead = false
    /// `:path` named no method; kept for the error message.
    var unknownPath: String?
    var contentType = ContentType.missing
    var timeout: Duration?
    var isTimeoutMalformed = false
    var encoding: MessageEncoding = .identity
    /// An encoding that we do not speak.
    var unknownEncoding: String?
    var acceptsGzip = false
    var acceptsDeflate = false
    var priority = CallPriority.normal
    /// A priority that there is not.
    var unknownPriority: String?
    /// As RFC 9113 §6.5.2 counts: names, values, and 32 bytes a field.
    var listBytes = 0
    /// Where in a trace the caller is.
    var trace = ReceivedTrace()
    /// Custom metadata, user agent included.
    var store = HeaderStore()

    enum ContentType { case missing, grpc, other }

    mutating func reset() {
        isPost = false
        isGet = false
        isHead = false
        if unknownPath != nil { unknownPath = nil }
        contentType = .missing
        timeout = nil
        isTimeoutMalformed = false
        encoding = .identity
        if unknownEncoding != nil { unknownEncoding = nil }
        acceptsGzip = false
        acceptsDeflate = false
        priority = .normal
        if unknownPriority != nil { unknownPriority = nil }
        listBytes = 0
        trace.reset()
        store.removeAll()
    }

    /// Takes a header other than `:path`.
    ///
    /// Lengths decide first: most names are told apart without comparing bytes.
    mutating func take(_ name: RawSpan, _ value: RawSpan) {
        switch name.byteCount {
        // grpc asks for `te: trailers` to find proxies that drop trailers; nothing depends on it.
        case 2 where name.equals("te"): break
        case 7 where name.equals(":method"):
            isPost = value.equals("POST")
            isGet = value.equals("GET")
            isHead = value.equals("HEAD")
        case 7 where name.equals(":scheme"): break
        case 10 where name.equals(":authority"): break
        case 11 where name.equals("traceparent"): trace.take(parent: value)
        case 12 where name.equals("content-type"):
            contentType = Self.isGRPC(value) ? .grpc : .other
        case 12 where name.equals("grpc-timeout"):
            timeout = value.withUnsafeBytes { GRPCTimeout.parse($0) }
            isTimeoutMalformed = timeout == nil
        case 13 where name.equals("grpc-encoding"):
            if let known = Self.encoding(value) {
                encoding = known
            } else {
                unknownEncoding = value.string
            }
        case 14 where name.equals(CallPriority.metadataKey):
            store.append(name: name, value: value)
            takePriority(value)
        case 14 where name.equals("grpc-trace-bin"): trace.take(binary: value)
        case 20 where name.equals("grpc-accept-encoding"):
            let list = MessageEncoding.parseList(value.string)
            acceptsGzip = list.contains(.gzip)
            acceptsDeflate = list.contains(.deflate)
        default: store.append(name: name, value: value)
        }
    }

    private mutating func takePriority(_ value: RawSpan) {
        let label = value.string
        if let named = CallPriority(label: label) {
            priority = named
        } else {
            unknownPriority = label
        }
    }

    private static func encoding(_ value: RawSpan) -> MessageEncoding? {
        if value.equals("identity") { return .identity }
        if value.equals("gzip") { return .gzip }
        if value.equals("deflate") { return .deflate }
        return nil
    }

    /// `application/grpc`, alone or followed by `+` or `;` (grpc/grpc doc/PROTOCOL-HTTP2.md).
    private static func isGRPC(_ value: RawSpan) -> Bool {
        guard value.hasPrefix("application/grpc") else { return false }
        guard value.byteCount > 16 else { return true }
        let next = value.unsafeLoad(fromByteOffset: 16, as: UInt8.self)
        return next == UInt8(ascii: "+") || next == UInt8(ascii: ";")
    }
}
