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

    /// Calls `body` with each element's position and its result's.
    @inline(__always)
    func forEach(_ count: Int, _ body: (Int, Int) -> Void) {
        var counter = SIMD8<Int>(repeating: 0)
        var target = 0
        for position in 0..<count {
            body(position, target)
            var axis = shape.rank - 1
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
