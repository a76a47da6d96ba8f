import CVigieKernels

/// Convolutions and pools. Filters must be constants.
extension OperatorTable {
    static let convolution: [String: Builder] = [
        "Conv": { (node) throws(LoadError) in try convolve(node) },
        "ConvTranspose": { (node) throws(LoadError) in try spread(node) },
        "MaxPool": { (node) throws(LoadError) in
            guard try node.int("storage_order") ?? 0 == 0 else {
                throw node.unsupported("storage_order")
            }
            try pool(node, .greatest)
        },
        "AveragePool": { (node) throws(LoadError) in
            let countsPadding = (try node.int("count_include_pad") ?? 0) != 0
            try pool(node, .mean(countsPadding: countsPadding))
        },
        "GlobalMaxPool": { (node) throws(LoadError) in try globalPool(node, isMean: false) },
        "GlobalAveragePool": { (node) throws(LoadError) in try globalPool(node, isMean: true) },
    ]

    private static func convolve(_ node: NodeBuilder) throws(LoadError) {
        let input = try node.input(0, [.float32])
        let weightSlot = try node.input(1, [.float32])
        guard let weights = node.constant(weightSlot) else {
            throw node.unsupported("filters that are no constants (input 1)")
        }
        let shape = weights.shape
        guard shape.rank >= 3 else { throw node.corrupt("filters \(shape)") }
        let window = try Window(node, weights: (2..<shape.rank).map { shape[$0] })
        let groups = try node.int("group") ?? 1
        let outputs = shape[0]
        guard groups > 0, outputs > 0, outputs % groups == 0, shape[1] > 0 else {
            throw node.corrupt("\(groups) groups of filters \(shape)")
        }
        let bias = try bias(node, outputs)
        let output = try node.output(0, .float32)
        let slots = ConvStep.Slots(
            input: input, output: output, patches: node.graph.addSlot(.float32),
            results: node.graph.addSlot(.float32))
        let filters = ConvStep.Filters(
            weights: weights.withElements(of: Float.self) { Array($0) }, bias: bias,
            outputs: outputs, groups: groups, depth: shape[1] * window.size)
        node.add(
            ConvStep(node.place, slots, window, filters), [input],
            [output, slots.patches, slots.results])
    }

    private static func spread(_ node: NodeBuilder) throws(LoadError) {
        let input = try node.input(0, [.float32])
        let weightSlot = try node.input(1, [.float32])
        guard let weights = node.constant(weightSlot) else {
            throw node.unsupported("filters that are no constants (input 1)")
        }
        let shape = weights.shape
        guard shape.rank >= 3 else { throw node.corrupt("filters \(shape)") }
        let window = try Window(node, weights: (2..<shape.rank).map { shape[$0] })
        let size = try SpreadSize(node, window)
        let groups = try node.int("group") ?? 1
        guard groups > 0, shape[0] > 0, shape[0] % groups == 0, shape[1] > 0,
            case (let outputs, false) = shape[1].multipliedReportingOverflow(by: groups),
            outputs <= ONNXLimits.nodeValuesMax
        else { throw node.corrupt("\(groups) groups of filters \(shape)") }
        let filters = ConvTransposeStep.Filters(
            weights: weights.withElements(of: Float.self) { Array($0) },
            bias: try bias(node, outputs), inputs: shape[0], groups: groups)
        let output = try node.output(0, .float32)
        let slots = ConvTransposeStep.Slots(
            input: input, output: output, positions: node.graph.addSlot(.float32),
            patches: node.graph.addSlot(.float32))
        node.add(
            ConvTransposeStep(node.place, slots, window, size, filters), [input],
            [output, slots.positions, slots.patches])
    }

    /// Input 2: a number for each of `outputs` channels, zeros where it is left out.
    private static func bias(_ node: NodeBuilder, _ outputs: Int) throws(LoadError) -> [Float] {
        guard let slot = try node.optionalInput(2, [.float32]) else {
            return Array(repeating: 0, count: outputs)
        }
        guard let tensor = node.constant(slot) else {
            throw node.unsupported("a bias that is no constant (input 2)")
        }
        guard tensor.shape == TensorShape([outputs]) else {
            throw node.corrupt("a bias \(tensor.shape) for \(outputs) filters")
        }
        return tensor.withElements(of: Float.self) { Array($0) }
    }

    private static func pool(_ node: NodeBuilder, _ kind: PoolStep.Kind) throws(LoadError) {
        let window = try Window(node, weights: nil)
        let input = try node.input(0, .floats)
        let output = try node.output(0, node.type(input))
        let step = PoolStep(node.place, kind, node.type(input), window, input, output)
        node.add(step, [input], [output])
    }

    private static func globalPool(_ node: NodeBuilder, isMean: Bool) throws(LoadError) {
        let input = try node.input(0, .floats)
        let output = try node.output(0, node.type(input))
        let step = GlobalPoolStep(node.place, isMean: isMean, node.type(input), input, output)
        node.add(step, [input], [output])
    }
}
