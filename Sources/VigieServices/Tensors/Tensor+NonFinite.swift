import VigieEngine

extension Tensor {
    /// Whether an element is infinite or no number; false for types that know neither.
    var hasNonFinite: Bool {
        switch type {
        case .float64: withElements(of: Double.self) { $0.contains { !$0.isFinite } }
        case .float32: withElements(of: Float.self) { $0.contains { !$0.isFinite } }
        // All bits of the exponent are set.
        case .float16: withElements(of: UInt16.self) { $0.contains { $0 & 0x7C00 == 0x7C00 } }
        case .bfloat16: withElements(of: UInt16.self) { $0.contains { $0 & 0x7F80 == 0x7F80 } }
        case .bool, .uint8, .uint16, .uint32, .uint64, .int8, .int16, .int32, .int64, .string:
            false
        }
    }
}
