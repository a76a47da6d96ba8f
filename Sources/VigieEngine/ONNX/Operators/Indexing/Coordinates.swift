/// A counter through the positions of a tensor in row-major order.
struct Coordinates {
    private(set) var position = SIMD8<Int>(repeating: 0)
    private let shape: TensorShape

    init(_ shape: TensorShape) { self.shape = shape }

    /// Goes to the next position.
    @inline(__always)
    mutating func advance() {
        var axis = shape.rank - 1
        while axis >= 0 {
            position[axis] += 1
            if position[axis] < shape[axis] { return }
            position[axis] = 0
            axis -= 1
        }
    }

    /// Where the position is in a tensor of these strides.
    @inline(__always)
    func offset(_ strides: SIMD8<Int>) -> Int { (position &* strides).wrappedSum() }
}

extension Step {
    /// `index`, counted from the end if negative, of an axis of `extent`.
    @inline(__always)
    final func counted(_ index: Int, _ extent: Int) throws(InferenceError) -> Int {
        let counted = index < 0 ? index &+ extent : index
        guard counted >= 0, counted < extent else {
            throw mismatch("index \(index) of an axis of \(extent)")
        }
        return counted
    }
}
