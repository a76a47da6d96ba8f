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
            var (count, divisor) = (shape.elementCount ?? 0, known)
            if count == 0, known == 0 {
                // Without rows: what it would be with any number of them.
                (count, divisor) = (shape.positiveProduct, result.positiveProduct)
            }
            guard divisor > 0, count % divisor == 0 else {
                throw mismatch("a tensor \(shape) cannot become \(given)")
            }
            result[open] = count / divisor
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

extension TensorShape {
    /// The product of the extents above 0; at most 2^40 for what ``isWalkable``.
    fileprivate var positiveProduct: Int {
        var product = 1
        for axis in 0..<rank where self[axis] > 0 {
            product = product.multipliedReportingOverflow(by: self[axis]).partialValue
        }
        return product
    }
}
