import CVigieKernels

/// A product of matrices with broadcast leading dimensions, as numpy's matmul.
final class MatMulStep: PairStep {
    let type: ElementType
    /// The slot for the right matrix in the kernels' order, for FP32.
    private let packed: Int
    private let level = vigie_cpu_level()

    init(
        _ place: String, _ type: ElementType, _ a: Int, _ b: Int, _ output: Int, packed: Int
    ) {
        self.type = type
        self.packed = packed
        super.init(place, a, b, output)
    }

    override func run(_ values: Values) throws(InferenceError) {
        let (left, right) = (values[a], values[b])
        guard left.shape.rank > 0, right.shape.rank > 0 else { throw mismatch("a scalar") }
        // Vectors become a row on the left, a column on the right; that dimension is then dropped.
        let leftShape = left.shape.rank == 1 ? left.shape.asRow : left.shape
        let rightShape = right.shape.rank == 1 ? right.shape.appending(1) : right.shape
        let rows = leftShape[leftShape.rank - 2]
        let depth = leftShape[leftShape.rank - 1]
        let columns = rightShape[rightShape.rank - 1]
        guard depth == rightShape[rightShape.rank - 2],
            let batch = Broadcast.shape(leftShape.leading, rightShape.leading)
        else { throw mismatch("shapes \(left.shape) and \(right.shape) do not fit each other") }
        var shape = batch
        if left.shape.rank > 1 { shape.append(rows) }
        if right.shape.rank > 1 { shape.append(columns) }
        let out = try values.shape(output, shape, self)
        let (work, overflow) = out.count.multipliedReportingOverflow(by: max(depth, 1))
        try values.charge(overflow ? .max : work, self)
        guard out.count > 0 else { return }
        let walk = Broadcast(batch, leftShape.leading, rightShape.leading)
        let size = (rows, depth, columns)
        switch type {
        case .float32: try multiplyPacked(walk, left, right, out, size, values)
        case .float64: multiply(walk, left, right, out, size, Double.self)
        case .int32: multiply(walk, left, right, out, size, Int32.self)
        case .int64: multiply(walk, left, right, out, size, Int64.self)
        case .uint32: multiply(walk, left, right, out, size, UInt32.self)
        case .uint64: multiply(walk, left, right, out, size, UInt64.self)
        default: break
        }
    }

    /// With each right matrix packed, as ``DenseStep`` has constant ones.
    private func multiplyPacked(
        _ walk: Broadcast, _ left: Tensor, _ right: Tensor, _ out: Tensor,
        _ size: (Int, Int, Int), _ values: Values
    ) throws(InferenceError) {
        let (rows, depth, columns) = size
        let count = vigie_packed_count_f32(depth, columns)
        let scratch = try values.shape(packed, TensorShape(CollectionOfOne(count)), self)
        let (x, y, _) = walk.runStrides
        left.withElements(of: Float.self) { left in
            right.withElements(of: Float.self) { right in
                out.withElements(of: Float.self) { out in
                    scratch.withElements(of: Float.self) { scratch in
                        guard let target = out.baseAddress else { return }
                        guard let rights = right.baseAddress, let packed = scratch.baseAddress,
                            let lefts = left.baseAddress
                        else { return out.update(repeating: 0) }
                        var kernel = vigie_dense_f32(
                            weights: packed, bias: nil, depth: depth, columns: columns, scale: 1,
                            activation: .init(VIGIE_IDENTITY))
                        walk.forEachRun { position, first, second, _ in
                            for index in 0..<walk.runCount {
                                vigie_pack_f32(
                                    rights + (second + index * y) * depth * columns, columns, 1,
                                    depth, columns, packed)
                                vigie_dense_run_f32(
                                    level, &kernel, lefts + (first + index * x) * rows * depth,
                                    depth, rows, target + (position + index) * rows * columns,
                                    columns)
                            }
                        }
                    }
                }
            }
        }
    }

    @inline(__always)
    private func multiply<Number: TensorNumber>(
        _ walk: Broadcast, _ left: Tensor, _ right: Tensor, _ out: Tensor,
        _ size: (Int, Int, Int), _ type: Number.Type
    ) {
        let (rows, depth, columns) = size
        let (x, y, _) = walk.runStrides
        left.withElements(of: Number.self) { left in
            right.withElements(of: Number.self) { right in
                out.withElements(of: Number.self) { out in
                    walk.forEachRun { position, first, second, _ in
                        for index in 0..<walk.runCount {
                            matrixProduct(
                                left, (first + index * x) * rows * depth, right,
                                (second + index * y) * depth * columns, out,
                                (position + index) * rows * columns, rows, depth, columns)
                        }
                    }
                }
            }
        }
    }
}

/// Adds to `out` nothing: sets it to the product of two row-major matrices. The inner loop runs along
/// rows of `right`, so that it is vector code without a change in the order of additions.
@inline(__always)
func matrixProduct<Number: TensorNumber>(
    _ left: UnsafeMutableBufferPointer<Number>, _ leftStart: Int,
    _ right: UnsafeMutableBufferPointer<Number>, _ rightStart: Int,
    _ out: UnsafeMutableBufferPointer<Number>, _ outStart: Int,
    _ rows: Int, _ depth: Int, _ columns: Int
) {
    for row in 0..<rows {
        let target = outStart + row * columns
        if columns == 1 {
            var sum = Number.zero
            for k in 0..<depth {
                sum = Number.sum(
                    sum, Number.product(left[leftStart + row * depth + k], right[rightStart + k]))
            }
            out[target] = sum
            continue
        }
        for column in 0..<columns { out[target + column] = .zero }
        for k in 0..<depth {
            let factor = left[leftStart + row * depth + k]
            let source = rightStart + k * columns
            for column in 0..<columns {
                out[target + column] = Number.sum(
                    out[target + column], Number.product(factor, right[source + column]))
            }
        }
    }
}

extension TensorShape {
    /// All but the last two dimensions.
    var leading: TensorShape {
        var shape = TensorShape()
        for axis in 0..<max(rank - 2, 0) { shape.append(self[axis]) }
        return shape
    }

    /// A vector as a matrix of one row.
    var asRow: TensorShape {
        var shape = TensorShape(CollectionOfOne(1))
        shape.append(self[0])
        return shape
    }
}
