import CVigieKernels

/// Rows times a constant matrix of FP32, plus a bias, through a function: MatMul, Gemm, Add and an
/// activation in one. The sum of each output runs over the inputs in ascending order.
final class DenseStep: Step {
    let input: Int
    let output: Int
    let depth: Int
    let columns: Int
    /// Whether only matrices are taken.
    let isMatrix: Bool
    private let weights: FlatArray<Float>
    private let bias: FlatArray<Float>?
    private let scale: Float
    private let activation: vigie_activation
    private let kernel: vigie_dense_f32
    private let level = vigie_cpu_level()

    private init(
        _ place: String, _ input: Int, _ output: Int, _ depth: Int, _ columns: Int,
        _ isMatrix: Bool, _ weights: FlatArray<Float>, _ bias: FlatArray<Float>?, _ scale: Float,
        _ activation: vigie_activation
    ) {
        self.input = input
        self.output = output
        self.depth = depth
        self.columns = columns
        self.isMatrix = isMatrix
        self.weights = weights
        self.bias = bias
        self.scale = scale
        self.activation = activation
        kernel = vigie_dense_f32(
            weights: weights.base, bias: bias?.base, depth: depth, columns: columns, scale: scale,
            activation: activation)
        super.init(place)
    }

    /// - Parameter matrix: of rank 2; [columns, depth] if `transposed`, else [depth, columns].
    convenience init(
        _ place: String, _ input: Int, _ output: Int, _ matrix: Tensor, transposed: Bool,
        isMatrix: Bool, scale: Float
    ) {
        let depth = matrix.shape[transposed ? 1 : 0]
        let columns = matrix.shape[transposed ? 0 : 1]
        let packed = matrix.withElements(of: Float.self) { matrix in
            FlatArray<Float>(count: vigie_packed_count_f32(depth, columns)) { packed in
                guard let from = matrix.baseAddress else { return }
                vigie_pack_f32(
                    from, transposed ? 1 : columns, transposed ? depth : 1, depth, columns, packed)
            }
        }
        self.init(
            place, input, output, depth, columns, isMatrix, packed, nil, scale,
            vigie_activation(function: 0, a: 0, b: 0))
    }

    var hasBias: Bool { bias != nil }
    var hasActivation: Bool { activation.function != 0 }

    /// The same with `bias` added, one value a column.
    func adding(_ bias: [Float], _ output: Int) -> DenseStep {
        let panel = Int(VIGIE_PANEL_F32)
        let padding = (panel - columns % panel) % panel
        return DenseStep(
            place, input, output, depth, columns, isMatrix, weights,
            FlatArray(bias + Array(repeating: 0, count: padding)), scale, activation)
    }

    /// The same with a function after it.
    func followed(by activation: vigie_activation, _ output: Int) -> DenseStep {
        DenseStep(
            place, input, output, depth, columns, isMatrix, weights, bias, scale, activation)
    }

    override var memoryBytes: Int { 256 + weights.byteCount + (bias?.byteCount ?? 0) }

    override func run(_ values: Values) throws(InferenceError) {
        let source = values[input]
        let (out, rows) = try denseOutput(source, output, depth, columns, isMatrix, values)
        guard out.count > 0 else { return }
        source.withElements(of: Float.self) { source in
            out.withElements(of: Float.self) { out in
                // A matrix without rows or columns has no memory; one without depth is not read.
                guard let target = out.baseAddress else { return }
                let from = source.baseAddress ?? target
                withUnsafePointer(to: kernel) { kernel in
                    vigie_dense_run_f32(level, kernel, from, depth, rows, target, columns)
                }
            }
        }
    }
}

extension Step {
    /// The output of a product of rows with a matrix of `depth` rows, and how many rows there are.
    @inline(__always)
    final func denseOutput(
        _ source: Tensor, _ output: Int, _ depth: Int, _ columns: Int, _ isMatrix: Bool,
        _ values: Values
    ) throws(InferenceError) -> (out: Tensor, rows: Int) {
        var shape = source.shape
        guard shape.rank > 0, shape[shape.rank - 1] == depth, !isMatrix || shape.rank == 2 else {
            throw mismatch("a tensor \(shape) and a matrix [\(depth), \(columns)] do not fit")
        }
        shape[shape.rank - 1] = columns
        let out = try values.shape(output, shape, self)
        let (work, overflow) = out.count.multipliedReportingOverflow(by: max(depth, 1))
        try values.charge(overflow ? .max : work, self)
        return (out, columns > 0 ? out.count / columns : 0)
    }
}
