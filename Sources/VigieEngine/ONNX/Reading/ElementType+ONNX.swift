import VigieProtos

extension ElementType {
    /// The element type of ONNX's number for it (`TensorProto.DataType`); nil for those that the
    /// engine does not hold: complex numbers and the 8- and 4-bit floats.
    init?(onnx number: Int32) {
        switch Onnx.TensorProto.DataType(rawValue: number) {
        case .float: self = .float32
        case .uint8: self = .uint8
        case .int8: self = .int8
        case .uint16: self = .uint16
        case .int16: self = .int16
        case .int32: self = .int32
        case .int64: self = .int64
        case .string: self = .string
        case .bool: self = .bool
        case .float16: self = .float16
        case .double: self = .float64
        case .uint32: self = .uint32
        case .uint64: self = .uint64
        case .bfloat16: self = .bfloat16
        default: return nil
        }
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
