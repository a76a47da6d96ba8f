import VigieTransport

/// A call's header fields as they came, in one flat block that is used again by the next call, so
/// that metadata which no handler reads costs a copy and nothing else.
struct HeaderStore: ~Copyable {
    private struct Field {
        var name: Range<Int>
        var value: Range<Int>
    }

    private var bytes: [UInt8] = []
    private var fields: [Field] = []

    var isEmpty: Bool { fields.isEmpty }
    /// Whether a `-bin` key is among them.
    var hasBinary: Bool {
        fields.contains { field in
            let name = bytes.span.bytes.extracting(field.name)
            return name.byteCount > 4
                && name.extracting(last: 4).equals("-bin")
        }
    }

    mutating func removeAll() {
        bytes.removeAll(keepingCapacity: true)
        fields.removeAll(keepingCapacity: true)
    }

    mutating func append(name: RawSpan, value: RawSpan) {
        fields.append(Field(name: copy(name), value: copy(value)))
    }

    private mutating func copy(_ span: RawSpan) -> Range<Int> {
        let start = bytes.count
        span.withUnsafeBytes { bytes.append(contentsOf: $0) }
        return start..<bytes.count
    }

    /// The first value of `name` as it is on the wire.
    func first(_ name: StaticString) -> String? {
        for field in fields where bytes.span.bytes.extracting(field.name).equals(name) {
            return String(decoding: bytes[field.value], as: UTF8.self)
        }
        return nil
    }

    /// All fields as metadata, or nil when a `-bin` value is not base 64. Values of a `-bin` key
    /// that are joined by commas are separate values (grpc/grpc doc/PROTOCOL-HTTP2.md).
    func metadata() -> Metadata? {
        var metadata = Metadata()
        for field in fields {
            let key = String(decoding: bytes[field.name], as: UTF8.self)
            guard key.hasSuffix("-bin") else {
                metadata.add(key, bytes: Array(bytes[field.value]))
                continue
            }
            for part in bytes[field.value].split(
                separator: UInt8(ascii: ","), omittingEmptySubsequences: false)
            {
                guard let decoded = Base64.decode(part) else { return nil }
                metadata.add(key, bytes: decoded)
            }
        }
        return metadata
    }
}
