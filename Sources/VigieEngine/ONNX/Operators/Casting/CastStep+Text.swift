import Glibc

// Text. These allocate: casts to and from strings are no part of a model's hot path.
extension CastStep {
    func format<Source: CastNumber>(
        _ tensor: Tensor, _ out: Tensor, _ type: Source.Type
    ) {
        for index in 0..<tensor.count {
            let value = tensor.withElements(of: Source.self) { $0[index] }
            if Source.isInteger {
                out.appendString(
                    Source.isUnsigned
                        ? String(UInt64(bitPattern: value.bits)) : String(value.bits))
            } else {
                out.appendString(Self.text(value.real))
            }
        }
    }

    /// As C's %.8g, for doubles too, and ONNX's names of what is no number: so has it ONNX Runtime.
    static func text(_ value: Double) -> String {
        if value.isNaN { return "NaN" }
        if value.isInfinite { return value < 0 ? "-INF" : "INF" }
        var buffer = [CChar](repeating: 0, count: 40)
        let length = withVaList([value]) { vsnprintf(&buffer, 40, "%.8g", $0) }
        return String(
            decoding: buffer.prefix(Int(length)).map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }

    func parse(_ tensor: Tensor, _ out: Tensor) throws(InferenceError) {
        switch target {
        case .float32: try parse(tensor, out) { Self.real($0).map { Float($0) } }
        case .float64: try parse(tensor, out) { Self.real($0) }
        case .float16: try parse(tensor, out) { Self.real($0).map { Float16($0) } }
        case .bfloat16: try parse(tensor, out) { Self.real($0).map { CastBFloat16(real: $0) } }
        case .bool: try parse(tensor, out) { Self.truth($0) }
        case .int8: try parse(tensor, out) { Int8($0) }
        case .int16: try parse(tensor, out) { Int16($0) }
        case .int32: try parse(tensor, out) { Int32($0) }
        case .int64: try parse(tensor, out) { Int64($0) }
        case .uint8: try parse(tensor, out) { UInt8($0) }
        case .uint16: try parse(tensor, out) { UInt16($0) }
        case .uint32: try parse(tensor, out) { UInt32($0) }
        case .uint64: try parse(tensor, out) { UInt64($0) }
        case .string: break
        }
    }

    private static func real(_ text: String) -> Double? {
        Double(text.filter { $0 != " " })
    }

    private static func truth(_ text: String) -> UInt8? {
        switch text.lowercased() {
        case "true", "1": 1
        case "false", "0", "": 0
        default: real(text).map { $0 == 0 ? 0 : 1 }
        }
    }

    private func parse<Element: BitwiseCopyable>(
        _ tensor: Tensor, _ out: Tensor, _ convert: (String) -> Element?
    ) throws(InferenceError) {
        for index in 0..<tensor.count {
            let text = tensor.string(at: index)
            guard let value = convert(text) else {
                throw mismatch("'\(text.prefix(64))' is no \(target.label)")
            }
            out.withElements(of: Element.self) { $0[index] = value }
        }
    }
}
