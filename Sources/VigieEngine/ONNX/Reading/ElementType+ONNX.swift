extension ElementType {
    /// The element type of ONNX's number for it (onnx.proto, `TensorProto.DataType`); nil for those
    /// that the engine does not hold: complex numbers and floats and integers of 8 bits and less.
    init?(onnx number: Int32) {
        switch number {
        case 1: self = .float32
        case 2: self = .uint8
        case 3: self = .int8
        case 4: self = .uint16
        case 5: self = .int16
        case 6: self = .int32
        case 7: self = .int64
        case 8: self = .string
        case 9: self = .bool
        case 10: self = .float16
        case 11: self = .float64
        case 12: self = .uint32
        case 13: self = .uint64
        case 16: self = .bfloat16
        default: return nil
        }
    }

    /// The error for a type that ``init(onnx:)`` has refused.
    static func unsupported(onnx number: Int32, _ place: String) -> LoadError {
        let names: [Int32: String] = [
            0: "UNDEFINED", 14: "COMPLEX64", 15: "COMPLEX128", 17: "FLOAT8E4M3FN",
            18: "FLOAT8E4M3FNUZ", 19: "FLOAT8E5M2", 20: "FLOAT8E5M2FNUZ", 21: "UINT4", 22: "INT4",
        ]
        let name = names[number] ?? "number \(number)"
        return LoadError(
            .unsupported,
            "\(place) has elements of type \(name); supported are \([ElementType].all.label)")
    }

    /// The name in messages: "FP32".
    var label: String { "\(protocolName)" }
}

extension [ElementType] {
    /// Floating-point types that are computed with.
    static let floats: [ElementType] = [.float32, .float64]
    /// Types that are computed with. The 16-bit floats are passed through and cast only.
    static let numbers: [ElementType] = [
        .float32, .float64, .int8, .int16, .int32, .int64, .uint8, .uint16, .uint32, .uint64,
    ]
    static let all = ElementType.allCases
    static let indices: [ElementType] = [.int64, .int32]

    /// "FP32, FP64".
    var label: String { map(\.label).joined(separator: ", ") }
}
