import VigieEngine
import VigieProtos

extension ElementType {
    /// The type that the Open Inference Protocol calls `name`: "FP32".
    init?(protocolName name: Text) {
        for type in ElementType.allCases where name == Text(type.protocolName) {
            self = type
            return
        }
        return nil
    }

    /// The type in a model's configuration: `TYPE_FP32`.
    var configType: Inference.DataType {
        switch self {
        case .bool: .typeBool
        case .uint8: .typeUint8
        case .uint16: .typeUint16
        case .uint32: .typeUint32
        case .uint64: .typeUint64
        case .int8: .typeInt8
        case .int16: .typeInt16
        case .int32: .typeInt32
        case .int64: .typeInt64
        case .float16: .typeFp16
        case .bfloat16: .typeBf16
        case .float32: .typeFp32
        case .float64: .typeFp64
        case .string: .typeString
        }
    }
}
