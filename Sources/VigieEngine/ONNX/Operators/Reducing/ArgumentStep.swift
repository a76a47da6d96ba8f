/// Where along an axis the greatest or least element is.
final class ArgumentStep: Step {
    let type: ElementType
    let axis: Int
    let keeps: Bool
    let isLast: Bool
    let greatest: Bool
    let input: Int
    let output: Int

    init(
        _ place: String, _ type: ElementType, _ axis: Int, _ keeps: Bool, _ isLast: Bool,
        _ greatest: Bool, _ input: Int, _ output: Int
    ) {
        self.type = type
        self.axis = axis
        self.keeps = keeps
        self.isLast = isLast
        self.greatest = greatest
        self.input = input
        self.output = output
        super.init(place)
    }

    override func run(_ values: Values) throws(InferenceError) {
        let source = values[input]
        let axis = try axis(self.axis, source.shape.rank)
        var shape = TensorShape()
        for index in 0..<source.shape.rank {
            if index != axis { shape.append(source.shape[index]) } else if keeps { shape.append(1) }
        }
        let out = try values.shape(output, shape, self)
        try values.charge(source.count, self)
        guard out.count > 0 else { return }
        guard source.count > 0 else { throw mismatch("an axis without elements") }
        switch type {
        case .float32: find(source, axis, out, Float.self)
        case .float64: find(source, axis, out, Double.self)
        case .int8: find(source, axis, out, Int8.self)
        case .int16: find(source, axis, out, Int16.self)
        case .int32: find(source, axis, out, Int32.self)
        case .int64: find(source, axis, out, Int64.self)
        case .uint8: find(source, axis, out, UInt8.self)
        case .uint16: find(source, axis, out, UInt16.self)
        case .uint32: find(source, axis, out, UInt32.self)
        case .uint64: find(source, axis, out, UInt64.self)
        default: break
        }
    }

    @inline(__always)
    private func find<Number: TensorNumber>(
        _ source: Tensor, _ axis: Int, _ out: Tensor, _ type: Number.Type
    ) {
        let (outer, extent, inner) = source.shape.blocks(at: axis)
        source.withElements(of: Number.self) { source in
            out.withElements(of: Int64.self) { out in
                for block in 0..<outer {
                    for column in 0..<inner {
                        let start = block * extent * inner + column
                        var best = source[start]
                        var place = 0
                        for index in 1..<max(extent, 1) {
                            let value = source[start + index * inner]
                            let isBetter = greatest ? value > best : value < best
                            if isBetter || (isLast && value == best) {
                                best = value
                                place = index
                            }
                        }
                        out[block * inner + column] = Int64(place)
                    }
                }
            }
        }
    }
}
