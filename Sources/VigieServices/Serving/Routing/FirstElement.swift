import VigieEngine
import VigieProtos
import VigieRouting

/// The first element of an input, for a rollout that sticks to it. What cannot be read as the datatype
/// says is not noted: it is refused when the model's inputs are read.
enum FirstElement {
    /// Of an input in raw contents.
    static func note(_ raw: Bytes, _ datatype: Text, _ facts: RouteFacts, _ plan: RoutePlan) {
        guard let type = ElementType(protocolName: datatype) else { return }
        let bytes = raw.rawSpan
        guard bytes.byteCount >= max(type.byteCount, 1) else { return }
        func integer<Integer: FixedWidthInteger & BitwiseCopyable>(_ type: Integer.Type) {
            note(integer: bytes.unsafeLoadUnaligned(as: type), facts, plan)
        }
        switch type {
        case .bool:
            facts.take(input: bytes.unsafeLoad(as: UInt8.self) == 0 ? 0 : 1 as Int64, for: plan)
        case .uint8: integer(UInt8.self)
        case .uint16: integer(UInt16.self)
        case .uint32: integer(UInt32.self)
        case .uint64: integer(UInt64.self)
        case .int8: integer(Int8.self)
        case .int16: integer(Int16.self)
        case .int32: integer(Int32.self)
        case .int64: integer(Int64.self)
        case .float16:
            facts.take(input: Double(Float(bytes.unsafeLoadUnaligned(as: Float16.self))), for: plan)
        case .bfloat16:
            let bits = UInt32(bytes.unsafeLoadUnaligned(as: UInt16.self)) << 16
            facts.take(input: Double(Float(bitPattern: bits)), for: plan)
        case .float32:
            facts.take(input: Double(bytes.unsafeLoadUnaligned(as: Float.self)), for: plan)
        case .float64: facts.take(input: bytes.unsafeLoadUnaligned(as: Double.self), for: plan)
        case .string:
            guard bytes.byteCount >= RawTensors.lengthBytes else { return }
            let length = Int(bytes.unsafeLoadUnaligned(as: UInt32.self))
            guard length <= bytes.byteCount - RawTensors.lengthBytes else { return }
            facts.take(
                input: bytes.extracting(RawTensors.lengthBytes..<RawTensors.lengthBytes + length),
                for: plan)
        }
    }

    private static func note(
        integer: some FixedWidthInteger, _ facts: RouteFacts, _ plan: RoutePlan
    ) {
        if let small = Int64(exactly: integer) {
            facts.take(input: small, for: plan)
        } else {
            facts.take(input: Double(integer), for: plan)
        }
    }

    /// Of an input in typed contents: of the one list that has elements.
    static func note(
        _ contents: Inference.InferTensorContents, _ facts: RouteFacts, _ plan: RoutePlan
    ) {
        if contents.bytesContents.count > 0 {
            facts.take(input: contents.bytesContents[0].rawSpan, for: plan)
        } else if contents.int64Contents.count > 0 {
            facts.take(input: contents.int64Contents[0], for: plan)
        } else if contents.intContents.count > 0 {
            facts.take(input: Int64(contents.intContents[0]), for: plan)
        } else if contents.uintContents.count > 0 {
            facts.take(input: Int64(contents.uintContents[0]), for: plan)
        } else if contents.uint64Contents.count > 0 {
            note(integer: contents.uint64Contents[0], facts, plan)
        } else if contents.fp32Contents.count > 0 {
            facts.take(input: Double(contents.fp32Contents[0]), for: plan)
        } else if contents.fp64Contents.count > 0 {
            facts.take(input: contents.fp64Contents[0], for: plan)
        } else if contents.boolContents.count > 0 {
            facts.take(input: contents.boolContents[0] ? 1 : 0 as Int64, for: plan)
        }
    }
}
