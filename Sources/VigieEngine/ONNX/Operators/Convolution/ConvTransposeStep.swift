import CVigieKernels

/// A transposed convolution of FP32: each position's channels times a packed matrix give what the
/// window adds to the result around it.
final class ConvTransposeStep: Step {
    /// Constant weights [inputs, outputs / groups, window].
    struct Filters {
        let weights: [Float]
        /// One an output.
        let bias: [Float]
        let inputs: Int
        let groups: Int

        var outputs: Int { bias.count }
    }

    struct Slots {
        let input: Int
        let output: Int
        /// Scratch for positions, and for what each adds.
        let positions: Int
        let patches: Int
    }

    let slots: Slots
    let window: Window
    let size: SpreadSize
    let filters: Filters
    private let arrays: [FlatArray<Float>]
    private let kernels: [vigie_dense_f32]
    private let level = vigie_cpu_level()

    /// Positions at once.
    private static let positionsAtOnce = 64

    init(
        _ place: String, _ slots: Slots, _ window: Window, _ size: SpreadSize,
        _ filters: Filters
    ) {
        self.slots = slots
        self.window = window
        self.size = size
        self.filters = filters
        let depth = filters.inputs / filters.groups
        let columns = filters.outputs / filters.groups * window.size
        let panel = Int(VIGIE_PANEL_F32)
        let zeros = FlatArray([Float](repeating: 0, count: (columns + panel - 1) / panel * panel))
        var arrays = [zeros]
        var kernels: [vigie_dense_f32] = []
        for group in 0..<filters.groups {
            let packed = filters.weights.withUnsafeBufferPointer { weights in
                FlatArray<Float>(count: vigie_packed_count_f32(depth, columns)) { out in
                    guard let base = weights.baseAddress else { return }
                    vigie_pack_f32(
                        base + group * depth * columns, columns, 1, depth, columns, out)
                }
            }
            arrays.append(packed)
            kernels.append(
                vigie_dense_f32(
                    weights: packed.base, bias: zeros.base, depth: depth, columns: columns,
                    scale: 1, activation: .init(VIGIE_IDENTITY)))
        }
        (self.arrays, self.kernels) = (arrays, kernels)
        super.init(place)
    }

    override var memoryBytes: Int {
        arrays.reduce(256 + filters.weights.count * 4) { $0 + $1.byteCount }
    }

    override func run(_ values: Values) throws(InferenceError) {
        let source = values[slots.input]
        guard source.shape.rank == 2 + window.dimensions, source.shape[1] == filters.inputs else {
            throw mismatch(
                "an input \(source.shape), not \(filters.inputs) channels of"
                    + " \(window.dimensions) dimensions")
        }
        guard let slide = window.spread(source.shape, size) else {
            throw mismatch("nothing is left of an input \(source.shape)")
        }
        let rows = source.shape[0]
        var shape = TensorShape([rows, filters.outputs])
        for axis in (Window.dimensionsMax - window.dimensions)..<Window.dimensionsMax {
            shape.append(slide.input[axis])
        }
        let out = try values.shape(slots.output, shape, self)
        let depth = filters.inputs / filters.groups
        let columns = filters.outputs / filters.groups * window.size
        let (work, overflow) = source.count.multipliedReportingOverflow(by: columns)
        try values.charge(overflow ? .max : work, self)
        let chunk = min(max(slide.outputCount, 1), Self.positionsAtOnce)
        let positions = try values.shape(slots.positions, TensorShape([chunk, depth]), self)
        let patches = try values.shape(slots.patches, TensorShape([chunk, columns]), self)
        guard out.count > 0 else { return }
        let walk = PatchWalk(window, slide)
        source.withElements(of: Float.self) { source in
            out.withElements(of: Float.self) { out in
                for plane in 0..<(rows * filters.outputs) {
                    let first = plane * slide.inputCount
                    let bias = filters.bias[plane % filters.outputs]
                    for index in first..<(first + slide.inputCount) { out[index] = bias }
                }
                positions.withElements(of: Float.self) { positions in
                    patches.withElements(of: Float.self) { patches in
                        for image in 0..<(rows * filters.groups) {
                            spread(image, walk, chunk, source, out, positions, patches)
                        }
                    }
                }
            }
        }
    }

    /// All positions of one group of one row's channels.
    private func spread(
        _ image: Int, _ walk: PatchWalk, _ chunk: Int,
        _ source: UnsafeMutableBufferPointer<Float>, _ out: UnsafeMutableBufferPointer<Float>,
        _ positions: UnsafeMutableBufferPointer<Float>,
        _ patches: UnsafeMutableBufferPointer<Float>
    ) {
        let depth = filters.inputs / filters.groups
        let channels = filters.outputs / filters.groups
        let columns = channels * walk.window.size
        let places = walk.slide.outputCount
        let base = image * depth * places
        let target = image * channels * walk.slide.inputCount
        guard let rows = positions.baseAddress, let products = patches.baseAddress else { return }
        for first in stride(from: 0, to: places, by: chunk) {
            let count = min(chunk, places - first)
            for place in 0..<count {
                for channel in 0..<depth {
                    positions[place * depth + channel] =
                        source[base + channel * places + first + place]
                }
            }
            withUnsafePointer(to: kernels[image % filters.groups]) { kernel in
                vigie_dense_run_f32(level, kernel, rows, depth, count, products, columns)
            }
            for place in 0..<count {
                walk.scatter(
                    place: first + place, channels: channels, from: patches, place * columns,
                    to: out, target)
            }
        }
    }
}
