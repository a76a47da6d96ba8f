/// A walk over a tensor's elements in the row-major order of another shape: transposes, slices,
/// expansions and tilings are all such walks.
struct StridedWalk {
    /// The extents of what is walked.
    private(set) var shape = TensorShape()
    private var strides = SIMD8<Int>(repeating: 0)
    /// The first element.
    var offset = 0

    /// Adds an innermost dimension of `extent` elements that lie `stride` apart.
    mutating func append(_ extent: Int, stride: Int) {
        strides[shape.rank] = stride
        shape.append(extent)
    }

    /// Strides of a row-major tensor.
    static func strides(of shape: TensorShape) -> SIMD8<Int> {
        var strides = SIMD8<Int>(repeating: 0)
        var product = 1
        for axis in stride(from: shape.rank - 1, through: 0, by: -1) {
            strides[axis] = product
            product *= shape[axis]
        }
        return strides
    }

    /// Appends all that is walked to `writer`.
    func copy(_ source: Tensor, to writer: inout TensorWriter) throws(InferenceError) {
        guard let total = shape.elementCount, total > 0 else { return }
        let rank = shape.rank
        guard rank > 0 else { return try writer.append(source, offset, 1, stride: 1) }
        let inner = shape[rank - 1]
        let innerStride = strides[rank - 1]
        var counter = SIMD8<Int>(repeating: 0)
        var position = offset
        for _ in 0..<(total / inner) {
            try writer.append(source, position, inner, stride: innerStride)
            var axis = rank - 2
            while axis >= 0 {
                counter[axis] += 1
                position += strides[axis]
                if counter[axis] < shape[axis] { break }
                position -= strides[axis] * shape[axis]
                counter[axis] = 0
                axis -= 1
            }
        }
    }
}
