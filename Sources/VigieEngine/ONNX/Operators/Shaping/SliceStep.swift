/// Ranges of indices with steps.
final class SliceStep: Step {
    let input: Int
    /// Slots of starts, ends, axes, steps; the last two may be left out.
    let parts: [Int?]
    let output: Int

    init(_ place: String, _ input: Int, _ parts: [Int?], _ output: Int) {
        self.input = input
        self.parts = parts
        self.output = output
        super.init(place)
    }

    private func part(
        _ index: Int, _ values: Values
    ) throws(InferenceError) -> TensorShape? {
        guard let slot = parts[index] else { return nil }
        return try values.integers(slot, self)
    }

    override var movement: Movement? {
        Movement(data: [input], arguments: parts.compactMap { $0 }, outputs: [output])
    }

    override func run(_ values: Values) throws(InferenceError) {
        let source = values[input]
        let shape = source.shape
        guard let starts = try part(0, values), let ends = try part(1, values) else { return }
        let axes = try part(2, values)
        let steps = try part(3, values)
        guard starts.rank == ends.rank, axes.map({ $0.rank == starts.rank }) ?? true,
            steps.map({ $0.rank == starts.rank }) ?? true
        else { throw mismatch("starts, ends, axes and steps differ in number") }
        var first = SIMD8<Int>(repeating: 0)
        var step = SIMD8<Int>(repeating: 1)
        var extents = shape
        for index in 0..<starts.rank {
            let axis = try axis(axes?[index] ?? index, shape.rank)
            step[axis] = steps?[index] ?? 1
            guard step[axis] != 0, step[axis] != .min else { throw mismatch("a step of 0") }
            let extent = shape[axis]
            let forward = step[axis] > 0
            let low = forward ? 0 : -1
            let high = forward ? extent : extent - 1
            first[axis] = Self.clamp(
                starts[index], extent, forward ? 0 : 0, forward ? extent : extent - 1)
            let end = Self.clamp(ends[index], extent, low, high)
            let span = forward ? end - first[axis] : first[axis] - end
            let stride = abs(step[axis])
            extents[axis] = extent == 0 || span <= 0 ? 0 : (span - 1) / stride + 1
        }
        let strides = StridedWalk.strides(of: shape)
        var walk = StridedWalk()
        for axis in 0..<shape.rank {
            walk.append(extents[axis], stride: extents[axis] > 1 ? strides[axis] * step[axis] : 0)
            walk.offset += first[axis] * strides[axis]
        }
        let out = try values.shape(output, extents, self)
        var writer = TensorWriter(out, output, values, self)
        try walk.copy(source, to: &writer)
    }

    /// `index`, counted from the end if negative, within `low` … `high`.
    private static func clamp(_ index: Int, _ extent: Int, _ low: Int, _ high: Int) -> Int {
        let counted = index < 0 ? index.addingReportingOverflow(extent).partialValue : index
        return min(max(counted, low), high)
    }
}
