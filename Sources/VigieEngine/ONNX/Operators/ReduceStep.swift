import Glibc

/// Elements along axes combined into one.
final class ReduceStep: Step {
    enum Kind {
        case sum, mean, maximum, minimum, product, absoluteSum, squareSum, euclidean
    }

    let kind: Kind
    let type: ElementType
    let input: Int
    let axes: Int?
    let output: Int
    let keeps: Bool
    let isNothingWithoutAxes: Bool

    init(
        _ place: String, _ kind: Kind, _ type: ElementType, _ input: Int, _ axes: Int?,
        _ output: Int, _ keeps: Bool, _ isNothingWithoutAxes: Bool
    ) {
        self.kind = kind
        self.type = type
        self.input = input
        self.axes = axes
        self.output = output
        self.keeps = keeps
        self.isNothingWithoutAxes = isNothingWithoutAxes
        super.init(place)
    }

    override var arguments: [Int] { axes.map { [$0] } ?? [] }

    override func run(_ values: Values) throws(InferenceError) {
        let source = values[input]
        let shape = source.shape
        let given = try axes.map { (slot) throws(InferenceError) in
            try values.integers(slot, self)
        }
        var reduced: UInt8 = 0
        if let given, given.rank > 0 {
            for index in 0..<given.rank { reduced |= 1 << (try axis(given[index], shape.rank)) }
        } else if !isNothingWithoutAxes {
            reduced = UInt8(truncatingIfNeeded: (1 << shape.rank) - 1)
        }
        var result = TensorShape()
        for axis in 0..<shape.rank {
            if reduced & (1 << axis) == 0 {
                result.append(shape[axis])
            } else if keeps {
                result.append(1)
            }
        }
        let out = try values.shape(output, result, self)
        try values.charge(source.count, self)
        if source.count == 0, out.count > 0, kind == .maximum || kind == .minimum {
            throw mismatch("nothing to take the extreme of in a tensor \(shape)")
        }
        let walk = ReduceWalk(shape, reduced)
        switch type {
        case .float32: floats(walk, source, out, Float.self)
        case .float64: floats(walk, source, out, Double.self)
        case .int8: combine(walk, source, out, Int8.self)
        case .int16: combine(walk, source, out, Int16.self)
        case .int32: combine(walk, source, out, Int32.self)
        case .int64: combine(walk, source, out, Int64.self)
        case .uint8: combine(walk, source, out, UInt8.self)
        case .uint16: combine(walk, source, out, UInt16.self)
        case .uint32: combine(walk, source, out, UInt32.self)
        case .uint64: combine(walk, source, out, UInt64.self)
        default: break
        }
    }

    /// Kinds that only floats have end with a division or a root.
    @inline(__always)
    private func floats<Number: TensorFloat>(
        _ walk: ReduceWalk, _ source: Tensor, _ out: Tensor, _ type: Number.Type
    ) {
        combine(walk, source, out, type)
        out.withElements(of: Number.self) { out in
            if kind == .mean {
                let count = Number(source.count / max(out.count, 1))
                for index in out.indices { out[index] /= count }
            } else if kind == .euclidean {
                for index in out.indices { out[index] = out[index].squareRoot() }
            }
        }
    }

    @inline(__always)
    private func combine<Number: TensorNumber>(
        _ walk: ReduceWalk, _ source: Tensor, _ out: Tensor, _ type: Number.Type
    ) {
        switch kind {
        case .sum, .mean: walk.fold(source, out, Number.zero) { Number.sum($0, $1) }
        case .product: walk.fold(source, out, Number.one) { Number.product($0, $1) }
        case .maximum: walk.fold(source, out, Number.lowest) { Number.greatest($0, $1) }
        case .minimum: walk.fold(source, out, Number.highest) { Number.least($0, $1) }
        case .absoluteSum:
            walk.fold(source, out, Number.zero) { Number.sum($0, Number.absolute($1)) }
        case .squareSum, .euclidean:
            walk.fold(source, out, Number.zero) { Number.sum($0, Number.product($1, $1)) }
        }
    }
}

/// Where each element of a tensor goes when axes are reduced.
struct ReduceWalk {
    private let shape: TensorShape
    /// How far the result's position moves along each axis: 0 for reduced ones.
    private var strides = SIMD8<Int>(repeating: 0)

    /// - Parameter reduced: one bit an axis.
    init(_ shape: TensorShape, _ reduced: UInt8) {
        self.shape = shape
        var product = 1
        for axis in stride(from: shape.rank - 1, through: 0, by: -1)
        where reduced & (1 << axis) == 0 {
            strides[axis] = product
            product *= shape[axis]
        }
    }

    @inline(__always)
    func fold<Number: TensorNumber>(
        _ source: Tensor, _ out: Tensor, _ start: Number, _ body: (Number, Number) -> Number
    ) {
        source.withElements(of: Number.self) { source in
            out.withElements(of: Number.self) { out in
                for index in out.indices { out[index] = start }
                guard source.count > 0, out.count > 0 else { return }
                let rank = shape.rank
                let inner = rank == 0 ? 1 : shape[rank - 1]
                let innerStride = rank == 0 ? 0 : strides[rank - 1]
                var counter = SIMD8<Int>(repeating: 0)
                var (position, target) = (0, 0)
                while position < source.count {
                    if innerStride == 0 {
                        var total = out[target]
                        for index in position..<(position + inner) {
                            total = body(total, source[index])
                        }
                        out[target] = total
                    } else {
                        for index in 0..<inner {
                            out[target + index] = body(
                                out[target + index], source[position + index])
                        }
                    }
                    position += inner
                    var axis = rank - 2
                    while axis >= 0 {
                        counter[axis] += 1
                        target += strides[axis]
                        if counter[axis] < shape[axis] { break }
                        target -= strides[axis] * shape[axis]
                        counter[axis] = 0
                        axis -= 1
                    }
                }
            }
        }
    }
}

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

/// The k greatest or least elements along an axis, in order, with their indices.
final class TopKStep: Step {
    let type: ElementType
    let axis: Int
    let largest: Bool
    let input: Int
    let count: Int
    let outputs: [Int]

    init(
        _ place: String, _ type: ElementType, _ axis: Int, _ largest: Bool, _ input: Int,
        _ count: Int, _ outputs: [Int]
    ) {
        self.type = type
        self.axis = axis
        self.largest = largest
        self.input = input
        self.count = count
        self.outputs = outputs
        super.init(place)
    }

    override var arguments: [Int] { [count] }

    override func run(_ values: Values) throws(InferenceError) {
        let source = values[input]
        let axis = try axis(self.axis, source.shape.rank)
        guard values[count].count == 1 else { throw mismatch("k is no single number") }
        let k = values[count].index(at: 0)
        guard k >= 0, k <= source.shape[axis] else {
            throw mismatch("k is \(k) of an axis of \(source.shape[axis])")
        }
        var shape = source.shape
        shape[axis] = k
        let best = try values.shape(outputs[0], shape, self)
        let places = try values.shape(outputs[1], shape, self)
        // Insertion into a sorted list: k is small where this is used.
        let (product, overflow) = source.count.multipliedReportingOverflow(by: max(k, 1))
        try values.charge(overflow ? .max : product, self)
        switch type {
        case .float32: select(source, axis, k, best, places, Float.self)
        case .float64: select(source, axis, k, best, places, Double.self)
        case .int8: select(source, axis, k, best, places, Int8.self)
        case .int16: select(source, axis, k, best, places, Int16.self)
        case .int32: select(source, axis, k, best, places, Int32.self)
        case .int64: select(source, axis, k, best, places, Int64.self)
        case .uint8: select(source, axis, k, best, places, UInt8.self)
        case .uint16: select(source, axis, k, best, places, UInt16.self)
        case .uint32: select(source, axis, k, best, places, UInt32.self)
        case .uint64: select(source, axis, k, best, places, UInt64.self)
        default: break
        }
    }

    @inline(__always)
    private func select<Number: TensorNumber>(
        _ source: Tensor, _ axis: Int, _ k: Int, _ best: Tensor, _ places: Tensor,
        _ type: Number.Type
    ) {
        let (outer, extent, inner) = source.shape.blocks(at: axis)
        guard k > 0 else { return }
        source.withElements(of: Number.self) { source in
            best.withElements(of: Number.self) { best in
                places.withElements(of: Int64.self) { places in
                    for block in 0..<outer {
                        for column in 0..<inner {
                            let out = block * k * inner + column
                            var found = 0
                            for index in 0..<extent {
                                let value = source[(block * extent + index) * inner + column]
                                var rank = found
                                while rank > 0 {
                                    let other = best[out + (rank - 1) * inner]
                                    guard largest ? value > other : value < other else { break }
                                    if rank < k {
                                        best[out + rank * inner] = other
                                        places[out + rank * inner] =
                                            places[out + (rank - 1) * inner]
                                    }
                                    rank -= 1
                                }
                                if rank < k {
                                    best[out + rank * inner] = value
                                    places[out + rank * inner] = Int64(index)
                                }
                                found = min(found + 1, k)
                            }
                        }
                    }
                }
            }
        }
    }
}

/// e^x / Σ e^x along an axis, or its logarithm.
final class SoftmaxStep: Step {
    let type: ElementType
    let axis: Int
    let isFlat: Bool
    let logarithm: Bool
    let input: Int
    let output: Int

    init(
        _ place: String, _ type: ElementType, _ axis: Int, _ isFlat: Bool, _ logarithm: Bool,
        _ input: Int, _ output: Int
    ) {
        self.type = type
        self.axis = axis
        self.isFlat = isFlat
        self.logarithm = logarithm
        self.input = input
        self.output = output
        super.init(place)
    }

    override func run(_ values: Values) throws(InferenceError) {
        let source = values[input]
        let axis = try axis(self.axis, source.shape.rank)
        let blocks = source.shape.blocks(at: axis)
        let extent = isFlat ? blocks.extent * blocks.inner : blocks.extent
        let inner = isFlat ? 1 : blocks.inner
        let out = try values.shape(output, source.shape, self)
        guard out.count > 0 else { return }
        if type == .float32 {
            compute(source, out, blocks.outer, extent, inner, Float.self)
        } else {
            compute(source, out, blocks.outer, extent, inner, Double.self)
        }
    }

    @inline(__always)
    private func compute<Number: TensorFloat>(
        _ source: Tensor, _ out: Tensor, _ outer: Int, _ extent: Int, _ inner: Int,
        _ type: Number.Type
    ) {
        source.withElements(of: Number.self) { source in
            out.withElements(of: Number.self) { out in
                for block in 0..<outer {
                    for column in 0..<inner {
                        let start = block * extent * inner + column
                        var highest = source[start]
                        for index in 1..<extent {
                            highest = Number.greatest(highest, source[start + index * inner])
                        }
                        var sum = Number.zero
                        for index in 0..<extent {
                            let power = Number.exponential(source[start + index * inner] - highest)
                            sum += power
                            out[start + index * inner] = power
                        }
                        let logSum = Number.logarithm(sum)
                        for index in 0..<extent {
                            let place = start + index * inner
                            out[place] =
                                logarithm ? source[place] - highest - logSum : out[place] / sum
                        }
                    }
                }
            }
        }
    }
}
