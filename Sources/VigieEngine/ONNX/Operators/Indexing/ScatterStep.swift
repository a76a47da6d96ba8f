/// A copy of a tensor in which elements or slices are replaced by, or combined with, others.
final class ScatterStep: Step {
    enum Kind {
        /// One index an element, along an axis.
        case elements(axis: Int)
        /// Tuples of indices of slices.
        case slices
    }
    enum Reduction: String, CaseIterable {
        case replace = "none"
        case add, mul, max, min
    }

    let kind: Kind
    let reduction: Reduction
    let type: ElementType
    let input: Int
    let indices: Int
    let updates: Int
    let output: Int

    init(
        _ place: String, _ kind: Kind, _ reduction: Reduction, _ type: ElementType, _ input: Int,
        _ indices: Int, _ updates: Int, _ output: Int
    ) {
        self.kind = kind
        self.reduction = reduction
        self.type = type
        self.input = input
        self.indices = indices
        self.updates = updates
        self.output = output
        super.init(place)
    }

    override var refusesValues: Bool { true }

    override func run(_ values: Values) throws(InferenceError) {
        try values.copy(input, to: output, self)
        try values.charge(values[updates].count, self)
        switch type {
        case .float32: try scatter(values, Float.self)
        case .float64: try scatter(values, Double.self)
        case .int32: try scatter(values, Int32.self)
        case .uint8, .bool: try scatter(values, UInt8.self)
        default: try scatter(values, Int64.self)
        }
    }

    @inline(__always)
    private func scatter<Number: TensorNumber>(
        _ values: Values, _ number: Number.Type
    ) throws(InferenceError) {
        let (chosen, source, out) = (values[indices], values[updates], values[output])
        let strides = StridedWalk.strides(of: out.shape)
        switch kind {
        case .elements(let axis):
            let axis = try self.axis(axis, out.shape.rank)
            guard chosen.shape == source.shape, chosen.shape.rank == out.shape.rank else {
                throw mismatch(
                    "indices \(chosen.shape), updates \(source.shape) of a tensor \(out.shape)")
            }
            for other in 0..<out.shape.rank
            where other != axis && chosen.shape[other] > out.shape[other] {
                throw mismatch("indices \(chosen.shape) of a tensor \(out.shape)")
            }
            var coordinates = Coordinates(chosen.shape)
            for position in 0..<chosen.count {
                let index = try counted(chosen.index(at: position), out.shape[axis])
                let place =
                    coordinates.offset(strides)
                    + (index - coordinates.position[axis]) * strides[axis]
                combine(source, position, out, place, 1, number)
                coordinates.advance()
            }
        case .slices:
            let depth = chosen.shape.rank > 0 ? chosen.shape[chosen.shape.rank - 1] : 0
            guard depth > 0, depth <= out.shape.rank else {
                throw mismatch("tuples of \(depth) indices of a tensor \(out.shape)")
            }
            let size = (depth..<max(out.shape.rank, depth)).reduce(1) { $0 * out.shape[$1] }
            let tuples = chosen.count / depth
            guard source.count == tuples * size else {
                throw mismatch("updates \(source.shape) for \(tuples) slices of \(out.shape)")
            }
            for tuple in 0..<tuples {
                var place = 0
                for axis in 0..<depth {
                    place +=
                        try counted(chosen.index(at: tuple * depth + axis), out.shape[axis])
                        * strides[axis]
                }
                combine(source, tuple * size, out, place, size, number)
            }
        }
    }

    @inline(__always)
    private func combine<Number: TensorNumber>(
        _ source: Tensor, _ from: Int, _ out: Tensor, _ to: Int, _ count: Int,
        _ number: Number.Type
    ) {
        source.withElements(of: Number.self) { source in
            out.withElements(of: Number.self) { out in
                for index in 0..<count {
                    let (old, new) = (out[to + index], source[from + index])
                    out[to + index] =
                        switch reduction {
                        case .replace: new
                        case .add: Number.sum(old, new)
                        case .mul: Number.product(old, new)
                        case .max: Number.greatest(old, new)
                        case .min: Number.least(old, new)
                        }
                }
            }
        }
    }
}
