/// How large the result of a transposed convolution is beyond what its input says.
struct SpreadSize {
    /// Positions added at the end of each dimension.
    let padding: [Int]
    /// The result's extents, if the node names them.
    let shape: [Int]?

    /// Reads `output_padding` and `output_shape`.
    init(_ node: NodeBuilder, _ window: Window) throws(LoadError) {
        let count = window.dimensions
        padding = try node.ints("output_padding") ?? Array(repeating: 0, count: count)
        shape = try node.ints("output_shape")
        guard padding.count == count, shape.map({ $0.count == count }) ?? true,
            (padding + (shape ?? [])).allSatisfy({ (0...Int(Int32.max)).contains($0) })
        else {
            throw node.corrupt(
                "output_padding or output_shape do not fit \(count) dimensions")
        }
    }
}

extension Window {
    /// The slide whose places are the positions of `shape` and that slides over the result of a
    /// transposed convolution (ONNX, ConvTranspose); nil if that result is empty.
    func spread(_ shape: TensorShape, _ size: SpreadSize) -> Slide? {
        var slide = Slide()
        for index in 0..<dimensions {
            let axis = Self.dimensionsMax - dimensions + index
            let extent = shape[2 + index]
            let reach = (kernel[axis] - 1) * dilations[axis] + 1
            let whole = strides[axis] * (extent - 1) + size.padding[index] + reach
            slide.output[axis] = extent
            let isSame = padding == .sameUpper || padding == .sameLower
            if let wanted = size.shape?[index] ?? (isSame ? extent * strides[axis] : nil) {
                let total = max(whole - wanted, 0)
                let small = total / 2
                slide.begins[axis] = padding == .sameUpper ? small : total - small
                slide.ends[axis] = total - slide.begins[axis]
                slide.input[axis] = size.shape == nil ? whole - total : wanted
            } else {
                if padding == .explicit {
                    slide.begins[axis] = begins[axis]
                    slide.ends[axis] = ends[axis]
                }
                slide.input[axis] = whole - slide.begins[axis] - slide.ends[axis]
            }
            guard slide.input[axis] > 0 else { return nil }
        }
        return slide
    }
}
