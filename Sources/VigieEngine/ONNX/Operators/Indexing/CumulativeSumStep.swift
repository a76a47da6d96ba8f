/// Sums of all elements before each, along an axis.
final class CumulativeSumStep: Step {
    let type: ElementType
    let isExclusive: Bool
    let isReversed: Bool
    let input: Int
    let axis: Int
    let output: Int

    /// - Parameter axis: the slot of the axis' number.
    init(
        _ place: String, _ type: ElementType, isExclusive: Bool, isReversed: Bool, _ input: Int,
        _ axis: Int, _ output: Int
    ) {
        self.type = type
        self.isExclusive = isExclusive
        self.isReversed = isReversed
        self.input = input
        self.axis = axis
        self.output = output
        super.init(place)
    }

    override var arguments: [Int] { [axis] }

    override func run(_ values: Values) throws(InferenceError) {
        let source = values[input]
        guard values[axis].count == 1 else { throw mismatch("its axis is no scalar") }
        let blocks = source.shape.blocks(
            at: try axis(values[axis].index(at: 0), source.shape.rank))
        let out = try values.shape(output, source.shape, self)
        switch type {
        case .float32: sum(source, out, blocks, Float.self)
        case .float64: sum(source, out, blocks, Double.self)
        case .int32: sum(source, out, blocks, Int32.self)
        default: sum(source, out, blocks, Int64.self)
        }
    }

    @inline(__always)
    private func sum<Number: TensorNumber>(
        _ source: Tensor, _ out: Tensor, _ blocks: (outer: Int, extent: Int, inner: Int),
        _ type: Number.Type
    ) {
        let (outer, extent, inner) = blocks
        source.withElements(of: Number.self) { source in
            out.withElements(of: Number.self) { out in
                for block in 0..<outer {
                    for column in 0..<inner {
                        var total = Number.zero
                        for index in 0..<extent {
                            let step = isReversed ? extent - 1 - index : index
                            let place = (block * extent + step) * inner + column
                            let next = Number.sum(total, source[place])
                            out[place] = isExclusive ? total : next
                            total = next
                        }
                    }
                }
            }
        }
    }
}
