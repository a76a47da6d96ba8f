/// The same elements under another shape.
final class ReshapeStep: Step {
    enum Kind {
        case reshape(allowZero: Bool)
        case flatten(axis: Int)
        case squeeze, unsqueeze
    }

    let kind: Kind
    let input: Int
    /// The slot of the extents or axes.
    let argument: Int?
    let output: Int

    init(_ place: String, _ kind: Kind, _ input: Int, _ argument: Int?, _ output: Int) {
        self.kind = kind
        self.input = input
        self.argument = argument
        self.output = output
        super.init(place)
    }

    override var movement: Movement? {
        Movement(data: [input], arguments: argument.map { [$0] } ?? [], outputs: [output])
    }

    override func run(_ values: Values) throws(InferenceError) {
        let source = values[input]
        let shape = try target(source.shape, values)
        guard let count = shape.elementCount, count == source.count else {
            throw mismatch("a tensor \(source.shape) cannot become \(shape)")
        }
        let out = try values.shape(output, shape, self)
        try TensorWriter(out, output, values, self).append(source, 0, source.count)
    }

    private func target(
        _ shape: TensorShape, _ values: Values
    ) throws(InferenceError) -> TensorShape {
        let given = try argument.map { (slot) throws(InferenceError) in
            try values.integers(slot, self)
        }
        switch kind {
        case .reshape(let allowZero): return try reshape(shape, given ?? .init(), allowZero)
        case .flatten(let axis): return try flatten(shape, axis)
        case .squeeze: return try squeeze(shape, given)
        case .unsqueeze: return try unsqueeze(shape, given ?? .init())
        }
    }

    private func reshape(
        _ shape: TensorShape, _ given: TensorShape, _ allowZero: Bool
    ) throws(InferenceError) -> TensorShape {
        var result = given
        var open: Int?
        var known = 1
        for axis in 0..<given.rank {
            if given[axis] == 0, !allowZero {
                guard axis < shape.rank else {
                    throw mismatch("extent \(axis) is to be kept of a tensor \(shape)")
                }
                result[axis] = shape[axis]
            }
            if given[axis] == -1 {
                guard open == nil else { throw mismatch("two extents are to be inferred") }
                open = axis
                continue
            }
            guard result[axis] >= 0 else { throw mismatch("extent \(given[axis])") }
            let (product, overflow) = known.multipliedReportingOverflow(by: result[axis])
            guard !overflow else { throw mismatch("the shape \(given) is too large") }
            known = product
        }
        if let open {
            let count = shape.elementCount ?? 0
            guard known > 0, count % known == 0 else {
                throw mismatch("a tensor \(shape) cannot become \(given)")
            }
            result[open] = count / known
        }
        return result
    }

    private func flatten(_ shape: TensorShape, _ axis: Int) throws(InferenceError) -> TensorShape {
        let split = axis < 0 ? axis + shape.rank : axis
        guard split >= 0, split <= shape.rank else {
            throw mismatch("axis \(axis) of a tensor \(shape)")
        }
        var (rows, columns) = (1, 1)
        for index in 0..<shape.rank {
            if index < split { rows *= shape[index] } else { columns *= shape[index] }
        }
        return TensorShape(CollectionOfOne(rows)).appending(columns)
    }

    private func squeeze(
        _ shape: TensorShape, _ axes: TensorShape?
    ) throws(InferenceError) -> TensorShape {
        var removed: UInt8 = 0
        if let axes {
            for index in 0..<axes.rank {
                let axis = try self.axis(axes[index], shape.rank)
                guard shape[axis] == 1 else { throw mismatch("axis \(axis) of \(shape) is not 1") }
                removed |= 1 << axis
            }
        } else {
            for axis in 0..<shape.rank where shape[axis] == 1 { removed |= 1 << axis }
        }
        var result = TensorShape()
        for axis in 0..<shape.rank where removed & (1 << axis) == 0 { result.append(shape[axis]) }
        return result
    }

    private func unsqueeze(
        _ shape: TensorShape, _ axes: TensorShape
    ) throws(InferenceError) -> TensorShape {
        let rank = shape.rank + axes.rank
        guard rank <= TensorShape.rankMax else { throw mismatch("more than 8 dimensions") }
        var inserted: UInt8 = 0
        for index in 0..<axes.rank { inserted |= 1 << (try axis(axes[index], rank)) }
        guard inserted.nonzeroBitCount == axes.rank else { throw mismatch("an axis twice") }
        var result = TensorShape()
        var next = 0
        for axis in 0..<rank {
            if inserted & (1 << axis) != 0 {
                result.append(1)
            } else {
                result.append(shape[next])
                next += 1
            }
        }
        return result
    }
}

extension Step {
    /// `axis`, counted from the end if negative, of a tensor of rank `rank`.
    func axis(_ axis: Int, _ rank: Int) throws(InferenceError) -> Int {
        guard axis >= -rank, axis < rank else {
            throw mismatch("axis \(axis) of a tensor of \(rank) dimensions")
        }
        return axis < 0 ? axis + rank : axis
    }
}

extension TensorShape {
    /// Elements before, along and after dimension `axis`.
    func blocks(at axis: Int) -> (outer: Int, extent: Int, inner: Int) {
        var (outer, inner) = (1, 1)
        for index in 0..<rank {
            if index < axis { outer *= self[index] }
            if index > axis { inner *= self[index] }
        }
        return (outer, self[axis], inner)
    }

    func appending(_ extent: Int) -> TensorShape {
        var shape = self
        shape.append(extent)
        return shape
    }
}

/// Axes in another order.
final class TransposeStep: Step {
    /// Nil reverses them.
    let order: [Int]?
    let input: Int
    let output: Int

    init(_ place: String, _ order: [Int]?, _ input: Int, _ output: Int) {
        self.order = order
        self.input = input
        self.output = output
        super.init(place)
    }

    override var movement: Movement? {
        Movement(data: [input], outputs: [output])
    }

    override func run(_ values: Values) throws(InferenceError) {
        let source = values[input]
        let rank = source.shape.rank
        if let order, order.count != rank {
            throw mismatch("perm has \(order.count) axes, the tensor \(source.shape)")
        }
        let strides = StridedWalk.strides(of: source.shape)
        var walk = StridedWalk()
        for index in 0..<rank {
            let axis = order?[index] ?? rank - 1 - index
            walk.append(source.shape[axis], stride: strides[axis])
        }
        let out = try values.shape(output, walk.shape, self)
        var writer = TensorWriter(out, output, values, self)
        try walk.copy(source, to: &writer)
    }
}

/// Tensors one after the other along an axis.
final class ConcatStep: Step {
    let axis: Int
    let inputs: [Int]
    let output: Int
    /// What extents the inputs must have along the axis; nil for any.
    let widths: [Int]?

    init(_ place: String, _ axis: Int, _ inputs: [Int], _ output: Int, widths: [Int]? = nil) {
        self.axis = axis
        self.inputs = inputs
        self.output = output
        self.widths = widths
        super.init(place)
    }

    override var movement: Movement? {
        Movement(data: inputs, outputs: [output])
    }

    override func run(_ values: Values) throws(InferenceError) {
        var shape = values[inputs[0]].shape
        let axis = try axis(self.axis, shape.rank)
        if let widths {
            for (input, width) in zip(inputs, widths)
            where values[input].shape.rank <= axis || values[input].shape[axis] != width {
                throw mismatch(
                    "an input \(values[input].shape) where \(width) columns are expected")
            }
        }
        for input in inputs.dropFirst() {
            let other = values[input].shape
            var expected = shape
            expected[axis] = other.rank == shape.rank ? other[axis] : -1
            guard other == expected else {
                throw mismatch("shapes \(shape) and \(other) do not fit each other")
            }
            shape[axis] += other[axis]
        }
        let out = try values.shape(output, shape, self)
        var writer = TensorWriter(out, output, values, self)
        for outer in 0..<shape.blocks(at: axis).outer {
            for input in inputs {
                let source = values[input]
                let (_, extent, inner) = source.shape.blocks(at: axis)
                try writer.append(source, outer * extent * inner, extent * inner, stride: 1)
            }
        }
    }
}

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

/// Slices of an axis by index.
final class GatherStep: Step {
    let axis: Int
    let input: Int
    let indices: Int
    let output: Int

    init(_ place: String, _ axis: Int, _ input: Int, _ indices: Int, _ output: Int) {
        self.axis = axis
        self.input = input
        self.indices = indices
        self.output = output
        super.init(place)
    }

    override var refusesValues: Bool { true }

    override var movement: Movement? {
        Movement(data: [input], arguments: [indices], outputs: [output])
    }

    override func run(_ values: Values) throws(InferenceError) {
        let (source, chosen) = (values[input], values[indices])
        let axis = try axis(self.axis, source.shape.rank)
        guard source.shape.rank - 1 + chosen.shape.rank <= TensorShape.rankMax else {
            throw mismatch("more than 8 dimensions")
        }
        var shape = TensorShape()
        for index in 0..<axis { shape.append(source.shape[index]) }
        for index in 0..<chosen.shape.rank { shape.append(chosen.shape[index]) }
        for index in (axis + 1)..<max(source.shape.rank, axis + 1) {
            shape.append(source.shape[index])
        }
        let out = try values.shape(output, shape, self)
        guard out.count > 0 else { return }
        let (outer, extent, inner) = source.shape.blocks(at: axis)
        var writer = TensorWriter(out, output, values, self)
        for block in 0..<outer {
            for position in 0..<chosen.count {
                let index = chosen.index(at: position)
                let counted = index < 0 ? index + extent : index
                guard counted >= 0, counted < extent else {
                    throw mismatch("index \(index) of an axis of \(extent)")
                }
                try writer.append(source, (block * extent + counted) * inner, inner, stride: 1)
            }
        }
    }
}

extension Tensor {
    /// Element `position` of an INT64 or INT32 tensor.
    @inline(__always)
    func index(at position: Int) -> Int {
        type == .int64
            ? withElements(of: Int64.self) { Int($0[position]) }
            : withElements(of: Int32.self) { Int($0[position]) }
    }

    /// Gives a tensor another shape of the same number of elements, which it keeps.
    func reshapeKeeping(_ shape: TensorShape) {
        precondition(shape.elementCount == count, "another number of elements")
        guard type != .string else {
            let kept = (0..<count).map { string(at: $0) }
            reshape(shape)
            for text in kept { appendString(text) }
            return
        }
        reshape(shape)
    }
}

/// Parts of an axis.
final class SplitStep: Step {
    let axis: Int
    let input: Int
    /// The slot of the parts' extents; nil for equal ones.
    let sizes: Int?
    let outputs: [Int]

    init(_ place: String, _ axis: Int, _ input: Int, _ sizes: Int?, _ outputs: [Int]) {
        self.axis = axis
        self.input = input
        self.sizes = sizes
        self.outputs = outputs
        super.init(place)
    }

    override var movement: Movement? {
        Movement(data: [input], arguments: sizes.map { [$0] } ?? [], outputs: outputs)
    }

    override func run(_ values: Values) throws(InferenceError) {
        let source = values[input]
        let axis = try axis(self.axis, source.shape.rank)
        let (outer, extent, inner) = source.shape.blocks(at: axis)
        if let sizes, values[sizes].count != outputs.count {
            throw mismatch("\(values[sizes].count) parts for \(outputs.count) outputs")
        }
        let equal = (extent + outputs.count - 1) / outputs.count
        var start = 0
        for (position, output) in outputs.enumerated() {
            let part = sizes.map { values[$0].index(at: position) } ?? min(equal, extent - start)
            guard part >= 0, part <= extent - start else {
                throw mismatch("parts do not fit an axis of \(extent)")
            }
            var shape = source.shape
            shape[axis] = part
            let out = try values.shape(output, shape, self)
            var writer = TensorWriter(out, output, values, self)
            for block in 0..<outer {
                try writer.append(
                    source, (block * extent + start) * inner, part * inner, stride: 1)
            }
            start += part
        }
        guard start == extent else { throw mismatch("parts do not fit an axis of \(extent)") }
    }
}

/// A tensor repeated to a larger shape, by broadcasting.
final class ExpandStep: Step {
    let input: Int
    let extents: Int
    let output: Int

    init(_ place: String, _ input: Int, _ extents: Int, _ output: Int) {
        self.input = input
        self.extents = extents
        self.output = output
        super.init(place)
    }

    override var movement: Movement? {
        Movement(data: [input], arguments: [extents], outputs: [output])
    }

    override func run(_ values: Values) throws(InferenceError) {
        let source = values[input]
        let wanted = try values.integers(extents, self)
        for axis in 0..<wanted.rank where wanted[axis] < 0 {
            throw mismatch("an extent of \(wanted[axis])")
        }
        guard let shape = Broadcast.shape(source.shape, wanted) else {
            throw mismatch("a tensor \(source.shape) cannot be expanded to \(wanted)")
        }
        let out = try values.shape(output, shape, self)
        let strides = StridedWalk.strides(of: source.shape)
        let shift = shape.rank - source.shape.rank
        var walk = StridedWalk()
        for axis in 0..<shape.rank {
            let own = axis - shift
            let isRepeated = own < 0 || source.shape[own] == 1
            walk.append(shape[axis], stride: isRepeated ? 0 : strides[own])
        }
        var writer = TensorWriter(out, output, values, self)
        try walk.copy(source, to: &writer)
    }
}

/// A tensor repeated along its axes.
final class TileStep: Step {
    let input: Int
    let repeats: Int
    let output: Int

    init(_ place: String, _ input: Int, _ repeats: Int, _ output: Int) {
        self.input = input
        self.repeats = repeats
        self.output = output
        super.init(place)
    }

    override var movement: Movement? {
        Movement(data: [input], arguments: [repeats], outputs: [output])
    }

    override func run(_ values: Values) throws(InferenceError) {
        let source = values[input]
        let repeats = try values.integers(repeats, self)
        guard repeats.rank == source.shape.rank else {
            throw mismatch("\(repeats.rank) repeats of a tensor \(source.shape)")
        }
        let strides = StridedWalk.strides(of: source.shape)
        var shape = source.shape
        var walk = StridedWalk()
        for axis in 0..<shape.rank {
            let (extent, overflow) = shape[axis].multipliedReportingOverflow(by: repeats[axis])
            guard !overflow, repeats[axis] >= 0 else {
                throw InferenceError(.limit, "\(place): \(repeats[axis]) repeats")
            }
            if repeats[axis] != 1 {
                guard walk.shape.rank < TensorShape.rankMax else { throw tooManyAxes }
                walk.append(repeats[axis], stride: 0)
            }
            guard walk.shape.rank < TensorShape.rankMax else { throw tooManyAxes }
            walk.append(shape[axis], stride: strides[axis])
            shape[axis] = extent
        }
        let out = try values.shape(output, shape, self)
        var writer = TensorWriter(out, output, values, self)
        try walk.copy(source, to: &writer)
    }

    private var tooManyAxes: InferenceError {
        InferenceError(.limit, "\(place): repeats along more axes than are supported")
    }
}

/// The extents of a tensor.
final class ShapeStep: Step {
    let input: Int
    let start: Int
    let end: Int?
    let output: Int

    init(_ place: String, _ input: Int, _ start: Int, _ end: Int?, _ output: Int) {
        self.input = input
        self.start = start
        self.end = end
        self.output = output
        super.init(place)
    }

    override func run(_ values: Values) throws(InferenceError) {
        let shape = values[input].shape
        let first = Self.clamp(start, shape.rank)
        let last = max(Self.clamp(end ?? shape.rank, shape.rank), first)
        let out = try values.shape(output, TensorShape(CollectionOfOne(last - first)), self)
        out.withElements(of: Int64.self) { out in
            for axis in first..<last { out[axis - first] = Int64(shape[axis]) }
        }
    }

    private static func clamp(_ axis: Int, _ rank: Int) -> Int {
        min(max(axis < 0 ? axis + rank : axis, 0), rank)
    }
}

/// The number of elements.
final class SizeStep: Step {
    let input: Int
    let output: Int

    init(_ place: String, _ input: Int, _ output: Int) {
        self.input = input
        self.output = output
        super.init(place)
    }

    override func run(_ values: Values) throws(InferenceError) {
        let count = values[input].count
        let out = try values.shape(output, TensorShape(), self)
        out.withElements(of: Int64.self) { $0[0] = Int64(count) }
    }
}
