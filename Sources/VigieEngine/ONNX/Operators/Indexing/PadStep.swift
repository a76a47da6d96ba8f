/// A tensor with more, or fewer, elements around it.
final class PadStep: Step {
    enum Mode: String, CaseIterable { case constant, reflect, edge, wrap }

    let mode: Mode
    let input: Int
    /// Slots of the extents before and after, of the value, and of the axes that they are for.
    let pads: Int
    let value: Int?
    let axes: Int?
    let output: Int

    init(
        _ place: String, _ mode: Mode, _ input: Int, _ pads: Int, _ value: Int?, _ axes: Int?,
        _ output: Int
    ) {
        self.mode = mode
        self.input = input
        self.pads = pads
        self.value = value
        self.axes = axes
        self.output = output
        super.init(place)
    }

    override var arguments: [Int] { [pads] + (axes.map { [$0] } ?? []) }

    override func run(_ values: Values) throws(InferenceError) {
        let source = values[input]
        let rank = source.shape.rank
        let (begins, shape) = try plan(source.shape, values)
        if let value, values[value].count != 1 { throw mismatch("its value is no scalar") }
        let out = try values.shape(output, shape, self)
        let strides = StridedWalk.strides(of: source.shape)
        let zero = Tensor(type: source.type)
        if value == nil { zero.fillWithZeros(TensorShape()) }
        let filler = value.map { values[$0] } ?? zero
        var coordinates = Coordinates(shape)
        var writer = TensorWriter(out, output, values, self)
        for _ in 0..<out.count {
            var place = 0
            var isInside = true
            for axis in 0..<rank {
                let position = coordinates.position[axis] - begins[axis]
                guard let index = origin(position, source.shape[axis]) else {
                    isInside = false
                    break
                }
                place += index * strides[axis]
            }
            if isInside {
                try writer.append(source, place, 1, stride: 1)
            } else {
                try writer.append(filler, 0, 1, stride: 1)
            }
            coordinates.advance()
        }
    }

    /// Extents before each axis, and the result's shape.
    private func plan(
        _ shape: TensorShape, _ values: Values
    ) throws(InferenceError) -> (SIMD8<Int>, TensorShape) {
        var begins = SIMD8<Int>(repeating: 0)
        var result = shape
        let given = try axes.map { (slot) throws(InferenceError) in
            try values.integers(slot, self)
        }
        let count = given?.rank ?? shape.rank
        guard values[pads].count == 2 * count else {
            throw mismatch("\(values[pads].count) pads for \(count) axes")
        }
        for index in 0..<count {
            let axis = try axis(given?[index] ?? index, shape.rank)
            let before = values[pads].index(at: index)
            let after = values[pads].index(at: count + index)
            let limit = 1 << 40
            guard abs(before.clamped) < limit, abs(after.clamped) < limit,
                shape[axis] + before + after >= 0
            else { throw mismatch("pads of \(before) and \(after) to an axis of \(shape[axis])") }
            begins[axis] = before
            result[axis] = shape[axis] + before + after
            let needed = mode == .reflect ? max(before, after) : before + after > 0 ? 0 : -1
            guard mode == .constant || needed < shape[axis] else {
                throw mismatch("pads of \(before) and \(after) to an axis of \(shape[axis])")
            }
        }
        return (begins, result)
    }

    /// The element that stands at `position` of an axis; nil for the value.
    @inline(__always)
    private func origin(_ position: Int, _ extent: Int) -> Int? {
        if position >= 0, position < extent { return position }
        switch mode {
        case .constant: return nil
        case .edge: return position < 0 ? 0 : extent - 1
        case .reflect: return position < 0 ? -position : 2 * (extent - 1) - position
        case .wrap:
            let rest = position % extent
            return rest < 0 ? rest + extent : rest
        }
    }
}

extension Int {
    /// Itself, or a bound whose magnitude is a number.
    fileprivate var clamped: Int { Swift.max(self, -Int.max) }
}
