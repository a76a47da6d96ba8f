/// Operators that move elements of any type without looking at them.
extension OperatorTable {
    static let shaping: [String: Builder] = [
        "Reshape": { (node) throws(LoadError) in
            let allowZero = try node.int("allowzero") ?? 0
            try reshape(node, .reshape(allowZero: allowZero != 0), try node.input(1, [.int64]))
        },
        "Flatten": { (node) throws(LoadError) in
            try reshape(node, .flatten(axis: try node.int("axis") ?? 1), nil)
        },
        "Squeeze": { (node) throws(LoadError) in try reshape(node, .squeeze, try axes(node, 13)) },
        "Unsqueeze": { (node) throws(LoadError) in
            guard let axes = try axes(node, 13) else { throw node.corrupt("axes are missing") }
            try reshape(node, .unsqueeze, axes)
        },
        "Transpose": { (node) throws(LoadError) in
            let order = try node.ints("perm")
            if let order {
                guard order.count <= TensorShape.rankMax, Set(order) == Set(order.indices) else {
                    throw node.corrupt("perm \(order) is no order of axes")
                }
            }
            let (input, output) = try through(node)
            node.add(TransposeStep(node.place, order, input, output), [input], [output])
        },
        "Concat": { (node) throws(LoadError) in
            guard let axis = try node.int("axis") else { throw node.corrupt("axis is missing") }
            let inputs = try node.inputs()
            let output = try node.output(0, node.type(inputs[0]))
            node.add(ConcatStep(node.place, axis, inputs, output), inputs, [output])
        },
        "Slice": { (node) throws(LoadError) in try slice(node) },
        "Gather": { (node) throws(LoadError) in
            let axis = try node.int("axis") ?? 0
            let (input, output) = try through(node)
            let indices = try node.input(1, .indices)
            let step = GatherStep(node.place, axis, input, indices, output)
            node.add(step, [input, indices], [output])
        },
        "Split": { (node) throws(LoadError) in try split(node) },
        "Expand": { (node) throws(LoadError) in
            let (input, output) = try through(node)
            let extents = try node.input(1, [.int64])
            let step = ExpandStep(node.place, input, extents, output)
            node.add(step, [input, extents], [output])
        },
        "Tile": { (node) throws(LoadError) in
            let (input, output) = try through(node)
            let repeats = try node.input(1, [.int64])
            let step = TileStep(node.place, input, repeats, output)
            node.add(step, [input, repeats], [output])
        },
        "Shape": { (node) throws(LoadError) in
            let (start, end) = (try node.int("start") ?? 0, try node.int("end"))
            let input = try node.input(0)
            let output = try node.output(0, .int64)
            node.add(ShapeStep(node.place, input, start, end, output), [input], [output])
        },
        "Size": { (node) throws(LoadError) in
            let input = try node.input(0)
            let output = try node.output(0, .int64)
            node.add(SizeStep(node.place, input, output), [input], [output])
        },
        "Constant": { (node) throws(LoadError) in try constant(node) },
        "ConstantOfShape": { (node) throws(LoadError) in
            let value: Tensor
            if let given = try node.tensor("value") {
                value = given
            } else {
                value = Tensor(type: .float32)
                value.reshape(TensorShape())
                value.withElements(of: Float.self) { $0[0] = 0 }
            }
            guard value.count == 1 else { throw node.corrupt("its value is no single element") }
            let extents = try node.input(0, [.int64])
            let output = try node.output(0, value.type)
            // One element, expanded.
            value.reshapeKeeping(TensorShape())
            let input = node.graph.addConstant(value)
            let step = ExpandStep(node.place, input, extents, output)
            node.add(step, [input, extents], [output])
        },
        // Sequences are only outputs: each tensor is then an output of its own.
        "SequenceConstruct": { (node) throws(LoadError) in
            try node.output(sequence: try node.inputs())
        },
        "Dropout": { (node) throws(LoadError) in
            node.ignore("ratio", "seed")
            _ = try node.optionalInput(1)
            try node.output(0, slot: try node.input(0))
        },
    ]

    /// Input 0 and an output of its type.
    private static func through(_ node: NodeBuilder) throws(LoadError) -> (Int, Int) {
        let input = try node.input(0)
        return (input, try node.output(0, node.type(input)))
    }

    /// Axes: an attribute before version `changed` of the operator set, then input 1.
    static func axes(_ node: NodeBuilder, _ changed: Int) throws(LoadError) -> Int? {
        if node.version >= changed { return try node.optionalInput(1, [.int64]) }
        return try node.ints("axes").map { node.constant(ints: $0) }
    }

    private static func reshape(
        _ node: NodeBuilder, _ kind: ReshapeStep.Kind, _ argument: Int?
    ) throws(LoadError) {
        let (input, output) = try through(node)
        let step = ReshapeStep(node.place, kind, input, argument, output)
        node.add(step, [input] + (argument.map { [$0] } ?? []), [output])
    }

    private static func slice(_ node: NodeBuilder) throws(LoadError) {
        let (input, output) = try through(node)
        let parts: [Int?]
        if node.version < 10 {
            guard let starts = try node.ints("starts"), let ends = try node.ints("ends") else {
                throw node.corrupt("starts or ends are missing")
            }
            let axes = try node.ints("axes").map { node.constant(ints: $0) }
            parts = [node.constant(ints: starts), node.constant(ints: ends), axes, nil]
        } else {
            parts = [
                try node.input(1, .indices), try node.input(2, .indices),
                try node.optionalInput(3, .indices), try node.optionalInput(4, .indices),
            ]
        }
        let step = SliceStep(node.place, input, parts, output)
        node.add(step, [input] + parts.compactMap { $0 }, [output])
    }

    private static func split(_ node: NodeBuilder) throws(LoadError) {
        let axis = try node.int("axis") ?? 0
        let input = try node.input(0)
        var sizes: Int?
        if node.version >= 13 {
            sizes = try node.optionalInput(1, [.int64])
        } else if let given = try node.ints("split") {
            sizes = node.constant(ints: given)
        }
        if let count = try node.int("num_outputs"), count != node.outputCount {
            throw node.corrupt("num_outputs is \(count), it has \(node.outputCount) outputs")
        }
        var outputs: [Int] = []
        for index in 0..<node.outputCount {
            outputs.append(try node.output(index, node.type(input)))
        }
        guard !outputs.isEmpty else { throw node.corrupt("it has no output") }
        let step = SplitStep(node.place, axis, input, sizes, outputs)
        node.add(step, [input] + (sizes.map { [$0] } ?? []), outputs)
    }

    private static func constant(_ node: NodeBuilder) throws(LoadError) {
        let tensor: Tensor
        if let value = try node.tensor("value") {
            tensor = value
        } else if let value = try node.float("value_float") {
            tensor = Tensor(type: .float32)
            tensor.reshape(TensorShape())
            tensor.withElements(of: Float.self) { $0[0] = value }
        } else if let values = try node.floats("value_floats") {
            tensor = Tensor(type: .float32)
            tensor.reshape(TensorShape([values.count]))
            tensor.withElements(of: Float.self) { _ = $0.update(from: values) }
        } else if let value = try node.int("value_int") {
            tensor = Tensor(type: .int64)
            tensor.reshape(TensorShape())
            tensor.withElements(of: Int64.self) { $0[0] = Int64(value) }
        } else if let values = try node.ints("value_ints") {
            return try node.output(0, slot: node.constant(ints: values))
        } else if let value = try node.string("value_string") {
            tensor = Tensor(type: .string)
            tensor.reshape(TensorShape())
            tensor.appendString(value)
        } else if let values = try node.strings("value_strings") {
            tensor = Tensor(type: .string)
            tensor.reshape(TensorShape([values.count]))
            for value in values { tensor.appendString(value) }
        } else {
            throw node.corrupt("it has no value that is supported")
        }
        try node.output(0, slot: node.graph.addConstant(tensor))
    }
}
