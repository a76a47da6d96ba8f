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
