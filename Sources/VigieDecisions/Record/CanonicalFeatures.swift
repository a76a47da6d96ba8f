import VigieCrypto
import VigieEngine

/// The bytes that a record's digests of features and outputs are over.
///
/// An application: for each feature of the signature its name behind a 16-bit length, and its value
/// as a binary64. Tensors: for each of the model's the name likewise, the type's name likewise, one
/// byte that says whether it is there, and if so the rank as a byte, the extents as 64-bit numbers,
/// and the elements; each string behind a 32-bit length. All numbers are little-endian. A digest of
/// features is SHA-256 over 16 bytes of salt and these; one of outputs is over these alone.
enum CanonicalBytes {
    static func row(_ features: [Feature], _ values: [Double]) -> [UInt8] {
        var out = DraftBytes()
        for (feature, value) in zip(features, values) {
            name(feature.name, &out)
            out.number(value.isNaN ? Double.nan.bitPattern : value.bitPattern)
        }
        return out.bytes
    }

    static func tensors(_ specs: [TensorSpec], _ draft: ArraySlice<UInt8>) -> [UInt8] {
        var out = DraftBytes()
        var reader = DraftReader(draft)
        for spec in specs {
            name(spec.name, &out)
            name(spec.type.protocolName.description, &out)
            let start = reader.position
            DraftTensor.skip(spec.type, &reader)
            out.bytes.append(contentsOf: draft[start..<reader.position])
        }
        return out.bytes
    }

    private static func name(_ text: String, _ out: inout DraftBytes) {
        out.number(UInt16(clamping: text.utf8.count))
        out.bytes.append(contentsOf: text.utf8)
    }

    static func digest(salt: ArraySlice<UInt8>, _ bytes: [UInt8]) -> SHA256Digest {
        var hash = SHA256()
        hash.update(Array(salt).span.bytes)
        hash.update(bytes.span.bytes)
        return hash.finalize()
    }
}

/// One tensor of a draft.
struct DraftTensor {
    var shape: [Int]
    var content: ArraySlice<UInt8>

    /// Nil for one that is absent.
    init?(_ type: ElementType, _ reader: inout DraftReader) {
        guard reader.byte() == 1 else { return nil }
        let rank = Int(reader.byte())
        shape = (0..<rank).map { _ in Int(truncatingIfNeeded: reader.number(UInt64.self)) }
        let count = shape.reduce(1) { $0 * $1 }
        if type == .string {
            let start = reader.position
            for _ in 0..<count { _ = reader.part() }
            content = reader.bytes[start..<reader.position]
        } else {
            content = reader.take(count * type.byteCount)
        }
    }

    static func skip(_ type: ElementType, _ reader: inout DraftReader) {
        _ = DraftTensor(type, &reader)
    }

    /// The elements as JSON: numbers and strings; half-precision ones as hexadecimal digits. What neither
    /// would bring back, strings that are no UTF-8 and NaNs with a sign or payload, is `{"hex":"fffe"}`,
    /// the element's bytes.
    func write(_ type: ElementType, to json: inout JSONBytes) {
        var reader = DraftReader(content)
        json.open("[")
        while !reader.isAtEnd {
            switch type {
            case .bool: json.bool(reader.byte() != 0)
            case .uint8: json.integer(reader.byte())
            case .int8: json.integer(Int8(bitPattern: reader.byte()))
            case .uint16: json.integer(reader.number(UInt16.self))
            case .int16: json.integer(Int16(bitPattern: reader.number(UInt16.self)))
            case .uint32: json.integer(reader.number(UInt32.self))
            case .int32: json.integer(Int32(bitPattern: reader.number(UInt32.self)))
            case .uint64: json.integer(reader.number(UInt64.self))
            case .int64: json.integer(Int64(bitPattern: reader.number(UInt64.self)))
            case .float16, .bfloat16: json.hex(reader.take(2))
            case .float32:
                let bytes = reader.take(4)
                var one = DraftReader(bytes)
                let value = Float(bitPattern: one.number(UInt32.self))
                let isOwn = value.isNaN && value.bitPattern != Float.nan.bitPattern
                isOwn ? Self.write(bytes, to: &json) : json.number(Double(value))
            case .float64:
                let bytes = reader.take(8)
                var one = DraftReader(bytes)
                let value = one.double()
                let isOwn = value.isNaN && value.bitPattern != Double.nan.bitPattern
                isOwn ? Self.write(bytes, to: &json) : json.number(value)
            case .string:
                let bytes = reader.part()
                let isText = String(validating: bytes, as: UTF8.self) != nil
                isText ? json.string(bytes) : Self.write(bytes, to: &json)
            }
        }
        json.close("]")
    }

    private static func write(_ bytes: ArraySlice<UInt8>, to json: inout JSONBytes) {
        json.open("{")
        json.key("hex")
        json.hex(bytes)
        json.close("}")
    }
}
