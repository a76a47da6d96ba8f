/// What a tensor's elements are: the data types of the Open Inference Protocol.
public enum ElementType: UInt8, Sendable, CaseIterable {
    case bool
    case uint8, uint16, uint32, uint64
    case int8, int16, int32, int64
    /// IEEE 754 binary16, kept as its bits.
    case float16
    /// The upper half of a binary32, kept as its bits.
    case bfloat16
    case float32, float64
    /// Bytes of any length; text is UTF-8.
    case string

    /// Bytes of one element; 0 for ``string``, whose elements differ in length.
    public var byteCount: Int {
        switch self {
        case .bool, .uint8, .int8: 1
        case .uint16, .int16, .float16, .bfloat16: 2
        case .uint32, .int32, .float32: 4
        case .uint64, .int64, .float64: 8
        case .string: 0
        }
    }

    /// The name in the Open Inference Protocol: "FP32".
    public var protocolName: StaticString {
        switch self {
        case .bool: "BOOL"
        case .uint8: "UINT8"
        case .uint16: "UINT16"
        case .uint32: "UINT32"
        case .uint64: "UINT64"
        case .int8: "INT8"
        case .int16: "INT16"
        case .int32: "INT32"
        case .int64: "INT64"
        case .float16: "FP16"
        case .bfloat16: "BF16"
        case .float32: "FP32"
        case .float64: "FP64"
        case .string: "BYTES"
        }
    }
}
