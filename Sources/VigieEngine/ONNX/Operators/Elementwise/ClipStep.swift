/// The least and the greatest value that elements may have.
final class ClipStep: Step {
    let type: ElementType
    let input: Int
    let minimum: Int?
    let maximum: Int?
    let output: Int

    init(
        _ place: String, _ type: ElementType, _ input: Int, _ minimum: Int?, _ maximum: Int?,
        _ output: Int
    ) {
        self.type = type
        self.input = input
        self.minimum = minimum
        self.maximum = maximum
        self.output = output
        super.init(place)
    }

    override func run(_ values: Values) throws(InferenceError) {
        switch type {
        case .float32: try clip(values, Float.self)
        case .float64: try clip(values, Double.self)
        case .int8: try clip(values, Int8.self)
        case .int16: try clip(values, Int16.self)
        case .int32: try clip(values, Int32.self)
        case .int64: try clip(values, Int64.self)
        case .uint8: try clip(values, UInt8.self)
        case .uint16: try clip(values, UInt16.self)
        case .uint32: try clip(values, UInt32.self)
        case .uint64: try clip(values, UInt64.self)
        default: break
        }
    }

    private func bound<Number: TensorNumber>(
        _ values: Values, _ slot: Int?, _ fallback: Number
    ) throws(InferenceError) -> Number {
        guard let slot else { return fallback }
        guard values[slot].count == 1 else { throw mismatch("a bound is no scalar") }
        return values[slot].withElements(of: Number.self) { $0[0] }
    }

    @inline(__always)
    private func clip<Number: TensorNumber>(
        _ values: Values, _ type: Number.Type
    ) throws(InferenceError) {
        let low = try bound(values, minimum, Number.lowest)
        let high = try bound(values, maximum, Number.highest)
        let source = values[input]
        let out = try values.shape(output, source.shape, self)
        source.withElements(of: Number.self) { source in
            out.withElements(of: Number.self) { out in
                // Comparisons with NaN are false: it stays.
                for index in 0..<source.count {
                    let x = source[index]
                    let raised = x < low ? low : x
                    out[index] = raised > high ? high : raised
                }
            }
        }
    }
}
