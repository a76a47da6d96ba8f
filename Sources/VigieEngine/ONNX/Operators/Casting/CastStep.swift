/// Elements of one type as another.
final class CastStep: Step {
    let source: ElementType
    let target: ElementType
    let input: Int
    let output: Int

    init(
        _ place: String, _ source: ElementType, _ target: ElementType, _ input: Int, _ output: Int
    ) {
        self.source = source
        self.target = target
        self.input = input
        self.output = output
        super.init(place)
    }

    override var refusesValues: Bool { source == .string }

    override func run(_ values: Values) throws(InferenceError) {
        let tensor = values[input]
        let out = try values.shape(output, tensor.shape, self)
        switch source {
        case .bool: try from(tensor, out, CastBool.self)
        case .int8: try from(tensor, out, Int8.self)
        case .int16: try from(tensor, out, Int16.self)
        case .int32: try from(tensor, out, Int32.self)
        case .int64: try from(tensor, out, Int64.self)
        case .uint8: try from(tensor, out, UInt8.self)
        case .uint16: try from(tensor, out, UInt16.self)
        case .uint32: try from(tensor, out, UInt32.self)
        case .uint64: try from(tensor, out, UInt64.self)
        case .float16: try from(tensor, out, Float16.self)
        case .bfloat16: try from(tensor, out, CastBFloat16.self)
        case .float32: try from(tensor, out, Float.self)
        case .float64: try from(tensor, out, Double.self)
        case .string: try parse(tensor, out)
        }
    }

    @inline(__always)
    private func from<Source: CastNumber>(
        _ tensor: Tensor, _ out: Tensor, _ type: Source.Type
    ) throws(InferenceError) {
        switch target {
        case .bool: convert(tensor, out, type, CastBool.self)
        case .int8: convert(tensor, out, type, Int8.self)
        case .int16: convert(tensor, out, type, Int16.self)
        case .int32: convert(tensor, out, type, Int32.self)
        case .int64: convert(tensor, out, type, Int64.self)
        case .uint8: convert(tensor, out, type, UInt8.self)
        case .uint16: convert(tensor, out, type, UInt16.self)
        case .uint32: convert(tensor, out, type, UInt32.self)
        case .uint64: convert(tensor, out, type, UInt64.self)
        case .float16: convert(tensor, out, type, Float16.self)
        case .bfloat16: convert(tensor, out, type, CastBFloat16.self)
        case .float32: convert(tensor, out, type, Float.self)
        case .float64: convert(tensor, out, type, Double.self)
        case .string: format(tensor, out, type)
        }
    }

    @inline(__always)
    private func convert<Source: CastNumber, Target: CastNumber>(
        _ tensor: Tensor, _ out: Tensor, _ source: Source.Type, _ target: Target.Type
    ) {
        tensor.withElements(of: Source.self) { tensor in
            out.withElements(of: Target.self) { out in
                for index in 0..<tensor.count {
                    let value = tensor[index]
                    out[index] =
                        Source.isInteger
                        ? Target(bits: value.bits, unsigned: Source.isUnsigned)
                        : Target(real: value.real)
                }
            }
        }
    }
}
