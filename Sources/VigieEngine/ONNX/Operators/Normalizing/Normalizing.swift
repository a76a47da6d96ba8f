/// Normalisations of neural networks.
extension OperatorTable {
    static let normalizing: [String: Builder] = [
        "BatchNormalization": { (node) throws(LoadError) in
            node.ignore("momentum")
            guard try node.int("training_mode") ?? 0 == 0, try node.int("spatial") ?? 1 == 1 else {
                throw node.unsupported("training, or statistics by element")
            }
            let epsilon = try node.float("epsilon") ?? 1e-5
            let input = try node.input(0, .floats)
            let parameters = try (1...4).map { (index) throws(LoadError) in
                try node.input(index, [node.type(input)])
            }
            let output = try node.output(0, node.type(input))
            node.add(
                ChannelsStep(node.place, node.type(input), input, parameters, epsilon, output),
                [input] + parameters, [output])
        },
        "LayerNormalization": { (node) throws(LoadError) in
            node.ignore("stash_type")
            try normalize(node, .layer(axis: try node.int("axis") ?? -1))
        },
        "RMSNormalization": { (node) throws(LoadError) in
            node.ignore("stash_type")
            try normalize(node, .rootMeanSquare(axis: try node.int("axis") ?? -1))
        },
        "InstanceNormalization": { (node) throws(LoadError) in
            node.ignore("consumed_inputs")
            try normalize(node, .groups(nil))
        },
        "GroupNormalization": { (node) throws(LoadError) in
            // Version 18 had a scale for each group.
            guard node.version >= 21 else { throw node.unsupported("version \(node.version)") }
            node.ignore("stash_type")
            guard let groups = try node.int("num_groups"), groups > 0 else {
                throw node.corrupt("num_groups is missing or not positive")
            }
            try normalize(node, .groups(groups))
        },
        "MeanVarianceNormalization": { (node) throws(LoadError) in
            let axes = node.constant(ints: try node.ints("axes") ?? [0, 2, 3])
            let input = try node.input(0, .floats)
            let output = try node.output(0, node.type(input))
            meanVariance(node, input, axes, output)
        },
        "LpNormalization": { (node) throws(LoadError) in
            let order = try node.int("p") ?? 2
            guard order == 1 || order == 2 else { throw node.unsupported("p of \(order)") }
            let axis = try node.int("axis") ?? -1
            let input = try node.input(0, .floats)
            let output = try node.output(0, node.type(input))
            let step = LengthStep(
                node.place, node.type(input), axis, isSquare: order == 2, input, output)
            node.add(step, [input], [output])
        },
    ]

    private static func normalize(
        _ node: NodeBuilder, _ kind: NormalizeStep.Kind
    ) throws(LoadError) {
        let epsilon = try node.float("epsilon") ?? 1e-5
        let input = try node.input(0, .floats)
        let type = node.type(input)
        let scale = try node.optionalInput(1, [type])
        let bias = try node.optionalInput(2, [type])
        let output = try node.output(0, type)
        let step = NormalizeStep(node.place, kind, type, input, scale, bias, epsilon, output)
        node.add(step, [input] + [scale, bias].compactMap { $0 }, [output])
    }

    /// (x - mean) / (√mean((x - mean)²) + 1e-9), as the operator's function body has it.
    private static func meanVariance(
        _ node: NodeBuilder, _ input: Int, _ axes: Int, _ output: Int
    ) {
        let type = node.type(input)
        func reduce(_ kind: ReduceStep.Kind, _ slot: Int) -> Int {
            let result = node.graph.addSlot(type)
            node.add(
                ReduceStep(node.place, kind, type, slot, axes, result, true, false),
                [slot, axes], [result])
            return result
        }
        func binary(_ kind: BinaryStep.Kind, _ a: Int, _ b: Int, _ result: Int? = nil) -> Int {
            let result = result ?? node.graph.addSlot(type)
            addBinary(node, kind, a, b, result)
            return result
        }
        let tiny = Tensor(type: .float64)
        tiny.reshape(TensorShape())
        tiny.withElements(of: Double.self) { $0[0] = 1e-9 }
        let epsilon = addCast(node, node.graph.addConstant(tiny), type)
        let distance = binary(.subtract, input, reduce(.mean, input))
        let variance = reduce(.mean, binary(.multiply, distance, distance))
        let root = node.graph.addSlot(type)
        node.add(
            UnaryStep(node.place, .squareRoot, type, variance, root), [variance], [root])
        _ = binary(.divide, distance, binary(.add, root, epsilon), output)
    }
}
