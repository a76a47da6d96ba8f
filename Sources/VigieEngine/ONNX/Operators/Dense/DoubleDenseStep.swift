import CVigieKernels

/// Rows times a constant matrix of FP64, plus a bias, perhaps cut at 0: MatMul, Gemm, Add and Relu
/// in one. The sum of each output runs over the inputs in ascending order.
final class DoubleDenseStep: Step {
    let input: Int
    let output: Int
    let depth: Int
    let columns: Int
    /// Whether only matrices are taken.
    let isMatrix: Bool
    private let weights: FlatArray<Double>
    private let bias: FlatArray<Double>?
    private let scale: Double
    private let isRelu: Bool
    private let kernel: vigie_dense_f64
    private let level = vigie_cpu_level()

    private init(
        _ place: String, _ input: Int, _ output: Int, _ depth: Int, _ columns: Int,
        _ isMatrix: Bool, _ weights: FlatArray<Double>, _ bias: FlatArray<Double>?, _ scale: Double,
        _ isRelu: Bool
    ) {
        self.input = input
        self.output = output
        self.depth = depth
        self.columns = columns
        self.isMatrix = isMatrix
        self.weights = weights
        self.bias = bias
        self.scale = scale
        self.isRelu = isRelu
        kernel = vigie_dense_f64(
            weights: weights.base, bias: bias?.base, depth: depth, columns: columns, scale: scale,
            relu: isRelu ? 1 : 0)
        super.init(place)
    }

    /// - Parameter matrix: of rank 2; [columns, depth] if `transposed`, else [depth, columns].
    convenience init(
        _ place: String, _ input: Int, _ output: Int, _ matrix: Tensor, transposed: Bool,
        isMatrix: Bool, scale: Double
    ) {
        let depth = matrix.shape[transposed ? 1 : 0]
        let columns = matrix.shape[transposed ? 0 : 1]
        let packed = matrix.withElements(of: Double.self) { matrix in
            FlatArray<Double>(count: vigie_packed_count_f64(depth, columns)) { packed in
                guard let from = matrix.baseAddress else { return }
                vigie_pack_f64(
                    from, transposed ? 1 : columns, transposed ? depth : 1, depth, columns, packed)
            }
        }
        self.init(
            place, input, output, depth, columns, isMatrix, packed, nil, scale,
            false)
    }

    var hasBias: Bool { bias != nil }
    var hasActivation: Bool { isRelu }

    /// The same with `bias` added, one value a column.
    func adding(_ bias: [Double], _ output: Int) -> DoubleDenseStep {
        let panel = Int(VIGIE_PANEL_F64)
        let padding = (panel - columns % panel) % panel
        return DoubleDenseStep(
            place, input, output, depth, columns, isMatrix, weights,
            FlatArray(bias + Array(repeating: 0, count: padding)), scale, isRelu)
    }

    /// The same with max(x, 0) after it.
    func followedByRelu(_ output: Int) -> DoubleDenseStep {
        DoubleDenseStep(
            place, input, output, depth, columns, isMatrix, weights, bias, scale, true)
    }

    override var memoryBytes: Int { 256 + weights.byteCount + (bias?.byteCount ?? 0) }

    override func run(_ values: Values) throws(InferenceError) {
        let source = values[input]
        let (out, rows) = try denseOutput(source, output, depth, columns, isMatrix, values)
        guard out.count > 0 else { return }
        source.withElements(of: Double.self) { source in
            out.withElements(of: Double.self) { out in
                // A matrix without rows or columns has no memory; one without depth is not read.
                guard let target = out.baseAddress else { return }
                let from = source.baseAddress ?? target
                withUnsafePointer(to: kernel) { kernel in
                    vigie_dense_run_f64(level, kernel, from, depth, rows, target, columns)
                }
            }
        }
    }
}
