import CVigieKernels

/// A convolution of FP32: the patches under the window are rows, the filters a packed matrix, as in
/// ``DenseStep``.
final class ConvStep: Step {
    /// What the packed filters are made of, so that a following normalisation can become part of them.
    struct Filters {
        /// [outputs, inputs / groups, window].
        var weights: [Float]
        /// One an output.
        var bias: [Float]
        let outputs: Int
        let groups: Int
        /// Elements of one filter: inputs / groups · window.
        let depth: Int
    }

    struct Slots {
        let input: Int
        let output: Int
        /// Scratch for patches, and for results before they are turned.
        let patches: Int
        let results: Int
    }

    let slots: Slots
    let window: Window
    let filters: Filters
    let activation: vigie_activation
    private let arrays: [FlatArray<Float>]
    private let kernels: [vigie_dense_f32]
    private let level = vigie_cpu_level()

    /// Patches at once.
    private static let patchesAtOnce = 256

    init(
        _ place: String, _ slots: Slots, _ window: Window, _ filters: Filters,
        _ activation: vigie_activation = .init(VIGIE_IDENTITY)
    ) {
        self.slots = slots
        self.window = window
        self.filters = filters
        self.activation = activation
        let (depth, columns) = (filters.depth, filters.outputs / filters.groups)
        let panel = Int(VIGIE_PANEL_F32)
        var arrays: [FlatArray<Float>] = []
        var kernels: [vigie_dense_f32] = []
        for group in 0..<filters.groups {
            let first = group * columns
            let packed = filters.weights.withUnsafeBufferPointer { weights in
                FlatArray<Float>(count: vigie_packed_count_f32(depth, columns)) { out in
                    guard let base = weights.baseAddress else { return }
                    vigie_pack_f32(base + first * depth, 1, depth, depth, columns, out)
                }
            }
            let padding = (panel - columns % panel) % panel
            let bias = FlatArray(
                Array(filters.bias[first..<(first + columns)])
                    + Array(repeating: 0, count: padding))
            arrays += [packed, bias]
            kernels.append(
                vigie_dense_f32(
                    weights: packed.base, bias: bias.base, depth: depth, columns: columns,
                    scale: 1, activation: activation))
        }
        (self.arrays, self.kernels) = (arrays, kernels)
        super.init(place)
    }

    var hasActivation: Bool { activation.function != 0 }

    func followed(by activation: vigie_activation, _ output: Int) -> ConvStep {
        ConvStep(place, with(output), window, filters, activation)
    }

    /// The same with each output channel times `scale` plus `shift` after it.
    func scaled(by scale: [Float], _ shift: [Float], _ output: Int) -> ConvStep {
        var filters = filters
        for channel in 0..<filters.outputs {
            for index in (channel * filters.depth)..<((channel + 1) * filters.depth) {
                filters.weights[index] *= scale[channel]
            }
            filters.bias[channel] = filters.bias[channel] * scale[channel] + shift[channel]
        }
        return ConvStep(place, with(output), window, filters, activation)
    }

    private func with(_ output: Int) -> Slots {
        Slots(
            input: slots.input, output: output, patches: slots.patches, results: slots.results)
    }

    override var memoryBytes: Int {
        arrays.reduce(256 + filters.weights.count * 4) { $0 + $1.byteCount }
    }

    override func run(_ values: Values) throws(InferenceError) {
        let source = values[slots.input]
        let channels = filters.depth / window.size * filters.groups
        guard source.shape.rank == 2 + window.dimensions, source.shape[1] == channels else {
            throw mismatch(
                "an input \(source.shape), not \(channels) channels of \(window.dimensions)"
                    + " dimensions")
        }
        guard let slide = window.slide(source.shape) else {
            throw mismatch("the window is larger than an input \(source.shape)")
        }
        let rows = source.shape[0]
        let out = try values.shape(
            slots.output, slide.shape(rows, filters.outputs, window.dimensions), self)
        let (work, overflow) = out.count.multipliedReportingOverflow(by: max(filters.depth, 1))
        try values.charge(overflow ? .max : work, self)
        let chunk = min(slide.outputCount, Self.patchesAtOnce)
        let columns = filters.outputs / filters.groups
        let patches = try values.shape(
            slots.patches, TensorShape([chunk, filters.depth]), self)
        let results = try values.shape(slots.results, TensorShape([chunk, columns]), self)
        guard out.count > 0 else { return }
        let walk = PatchWalk(window, slide)
        source.withElements(of: Float.self) { source in
            out.withElements(of: Float.self) { out in
                patches.withElements(of: Float.self) { patches in
                    results.withElements(of: Float.self) { results in
                        for image in 0..<(rows * filters.groups) {
                            convolve(image, walk, chunk, source, out, patches, results)
                        }
                    }
                }
            }
        }
    }

    /// All places of the window over one group of one row's channels.
    private func convolve(
        _ image: Int, _ walk: PatchWalk, _ chunk: Int, _ source: UnsafeMutableBufferPointer<Float>,
        _ out: UnsafeMutableBufferPointer<Float>, _ patches: UnsafeMutableBufferPointer<Float>,
        _ results: UnsafeMutableBufferPointer<Float>
    ) {
        let columns = filters.outputs / filters.groups
        let channels = filters.depth / window.size
        let places = walk.slide.outputCount
        let target = image * columns * places
        guard let rows = patches.baseAddress, let products = results.baseAddress else { return }
        for first in stride(from: 0, to: places, by: chunk) {
            let count = min(chunk, places - first)
            for place in 0..<count {
                walk.gather(
                    place: first + place, channels: channels,
                    from: source, image * channels * walk.slide.inputCount,
                    to: patches, place * filters.depth)
            }
            withUnsafePointer(to: kernels[image % filters.groups]) { kernel in
                vigie_dense_run_f32(level, kernel, rows, filters.depth, count, products, columns)
            }
            for column in 0..<columns {
                for place in 0..<count {
                    out[target + column * places + first + place] =
                        results[place * columns + column]
                }
            }
        }
    }
}
