/// A window that slides over the last dimensions of a tensor, of which there are up to three; fewer
/// are taken for three whose first extents are 1.
struct Window {
    enum Padding: String, CaseIterable {
        case explicit = "NOTSET"
        case sameUpper = "SAME_UPPER"
        case sameLower = "SAME_LOWER"
        case valid = "VALID"
    }

    static let dimensionsMax = 3

    /// How many dimensions the node speaks of.
    let dimensions: Int
    private(set) var kernel = SIMD3<Int>(repeating: 1)
    private(set) var strides = SIMD3<Int>(repeating: 1)
    private(set) var dilations = SIMD3<Int>(repeating: 1)
    private(set) var begins = SIMD3<Int>(repeating: 0)
    private(set) var ends = SIMD3<Int>(repeating: 0)
    let padding: Padding
    private let isCeiled: Bool

    /// Reads `kernel_shape`, `strides`, `dilations`, `pads`, `auto_pad` and `ceil_mode`.
    /// - Parameter weights: extents of the window by the weights; nil where there are none.
    init(_ node: NodeBuilder, weights: [Int]?) throws(LoadError) {
        let given = try node.ints("kernel_shape")
        guard let extents = given ?? weights else { throw node.corrupt("kernel_shape is missing") }
        guard weights == nil || weights == extents else {
            throw node.corrupt("kernel_shape \(extents), its weights have \(weights ?? [])")
        }
        let count = extents.count
        guard (1...Self.dimensionsMax).contains(count) else {
            throw node.unsupported("a window of \(count) dimensions; 1 to 3 are")
        }
        dimensions = count
        padding = try node.choice("auto_pad", Padding.explicit)
        isCeiled = (try node.int("ceil_mode") ?? 0) != 0
        let ones = Array(repeating: 1, count: count)
        let strides = try node.ints("strides") ?? ones
        let dilations = try node.ints("dilations") ?? ones
        let pads = try node.ints("pads") ?? Array(repeating: 0, count: 2 * count)
        guard strides.count == count, dilations.count == count, pads.count == 2 * count else {
            throw node.corrupt("strides, dilations or pads do not fit \(count) dimensions")
        }
        let sizes = 1...ONNXLimits.windowExtentMax
        guard (extents + strides + dilations).allSatisfy(sizes.contains),
            pads.allSatisfy({ (0...ONNXLimits.windowExtentMax).contains($0) })
        else {
            throw LoadError(
                .limit,
                "\(node.place): an extent, stride, dilation or padding is not within"
                    + " 1 and \(ONNXLimits.windowExtentMax)")
        }
        for index in 0..<count {
            let axis = Self.dimensionsMax - count + index
            kernel[axis] = extents[index]
            self.strides[axis] = strides[index]
            self.dilations[axis] = dilations[index]
            begins[axis] = pads[index]
            ends[axis] = pads[count + index]
        }
    }

    /// Positions in one window.
    var size: Int { kernel[0] * kernel[1] * kernel[2] }

    /// A window over a tensor of one shape.
    struct Slide {
        /// Extents of what the window slides over, and how many places it takes.
        var input = SIMD3<Int>(repeating: 1)
        var output = SIMD3<Int>(repeating: 1)
        /// Padding before and after.
        var begins = SIMD3<Int>(repeating: 0)
        var ends = SIMD3<Int>(repeating: 0)

        var inputCount: Int { input[0] * input[1] * input[2] }
        var outputCount: Int { output[0] * output[1] * output[2] }
    }

    /// Where the window goes over the dimensions of `shape` after the first two; nil if it is larger
    /// than what there is.
    func slide(_ shape: TensorShape) -> Slide? {
        var slide = Slide()
        for axis in 0..<Self.dimensionsMax {
            let index = axis - (Self.dimensionsMax - dimensions)
            let extent = index < 0 ? 1 : shape[2 + index]
            let reach = (kernel[axis] - 1) * dilations[axis] + 1
            let stride = strides[axis]
            slide.input[axis] = extent
            switch padding {
            case .sameUpper, .sameLower:
                let count = (extent + stride - 1) / stride
                let total = max((count - 1) * stride + reach - extent, 0)
                let small = total / 2
                slide.begins[axis] = padding == .sameUpper ? small : total - small
                slide.ends[axis] = total - slide.begins[axis]
                slide.output[axis] = count
                continue
            case .explicit:
                slide.begins[axis] = begins[axis]
                slide.ends[axis] = ends[axis]
            case .valid: break
            }
            let room = extent + slide.begins[axis] + slide.ends[axis] - reach
            guard room >= 0 else { return nil }
            var count = (isCeiled ? room + stride - 1 : room) / stride + 1
            // A window that begins in the padding after the end is none.
            if isCeiled, (count - 1) * stride >= extent + slide.begins[axis] { count -= 1 }
            slide.output[axis] = count
        }
        return slide
    }
}

extension Window.Slide {
    /// The output's shape for `channels` channels.
    func shape(_ rows: Int, _ channels: Int, _ dimensions: Int) -> TensorShape {
        var shape = TensorShape([rows, channels])
        for axis in (Window.dimensionsMax - dimensions)..<Window.dimensionsMax {
            shape.append(output[axis])
        }
        return shape
    }
}
