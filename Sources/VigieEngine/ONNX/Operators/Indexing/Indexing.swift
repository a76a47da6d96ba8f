/// Operators that pick, place, count and lay out elements by index.
extension OperatorTable {
    static let indexing: [String: Builder] = [
        "GatherElements": { (node) throws(LoadError) in
            let axis = try node.int("axis") ?? 0
            let (input, indices) = (try node.input(0), try node.input(1, .indices))
            let output = try node.output(0, node.type(input))
            node.add(
                GatherElementsStep(node.place, axis, input, indices, output), [input, indices],
                [output])
        },
        "GatherND": { (node) throws(LoadError) in
            let batch = try node.int("batch_dims") ?? 0
            let (input, indices) = (try node.input(0), try node.input(1, .indices))
            let output = try node.output(0, node.type(input))
            node.add(
                GatherNDStep(node.place, batch, input, indices, output), [input, indices],
                [output])
        },
        "ScatterElements": { (node) throws(LoadError) in
            try scatter(node, .elements(axis: try node.int("axis") ?? 0))
        },
        "ScatterND": { (node) throws(LoadError) in try scatter(node, .slices) },
        "OneHot": { (node) throws(LoadError) in
            let axis = try node.int("axis") ?? -1
            let numbers: [ElementType] = [.int64, .int32, .float32, .float64]
            let (indices, depth) = (try node.input(0, numbers), try node.input(1, numbers))
            let pair = try node.input(2)
            let output = try node.output(0, node.type(pair))
            node.add(
                OneHotVectorsStep(node.place, axis, indices, depth, pair, output),
                [indices, depth, pair], [output])
        },
        "NonZero": { (node) throws(LoadError) in
            let types: [ElementType] = [.float32, .float64, .int32, .int64, .uint8, .bool]
            let input = try node.input(0, types)
            let output = try node.output(0, .int64)
            node.add(NonZeroStep(node.place, input, output), [input], [output])
        },
        "Compress": { (node) throws(LoadError) in
            let axis = try node.int("axis")
            let (input, condition) = (try node.input(0), try node.input(1, [.bool]))
            let output = try node.output(0, node.type(input))
            node.add(
                CompressStep(node.place, axis, input, condition, output), [input, condition],
                [output])
        },
        "Range": { (node) throws(LoadError) in
            let parts = try node.inputs([.float32, .float64, .int32, .int64])
            guard parts.count == 3 else {
                throw node.corrupt("it has \(parts.count) inputs, not 3")
            }
            let output = try node.output(0, node.type(parts[0]))
            node.add(RangeStep(node.place, node.type(output), parts, output), parts, [output])
        },
        "Trilu": { (node) throws(LoadError) in
            let isUpper = (try node.int("upper") ?? 1) != 0
            let input = try node.input(0, .numbers + [.bool])
            let diagonal = try node.optionalInput(1, [.int64])
            let output = try node.output(0, node.type(input))
            node.add(
                TriangleStep(node.place, isUpper: isUpper, input, diagonal, output),
                [input] + (diagonal.map { [$0] } ?? []), [output])
        },
        "CumSum": { (node) throws(LoadError) in
            let isExclusive = (try node.int("exclusive") ?? 0) != 0
            let isReversed = (try node.int("reverse") ?? 0) != 0
            let input = try node.input(0, [.float32, .float64, .int32, .int64])
            let axis = try node.input(1, .indices)
            let output = try node.output(0, node.type(input))
            node.add(
                CumulativeSumStep(
                    node.place, node.type(input), isExclusive: isExclusive,
                    isReversed: isReversed, input, axis, output), [input, axis], [output])
        },
        "Pad": { (node) throws(LoadError) in try pad(node) },
        "ReverseSequence": { (node) throws(LoadError) in
            let (time, rows) = (try node.int("time_axis") ?? 0, try node.int("batch_axis") ?? 1)
            guard [[0, 1], [1, 0]].contains([time, rows]) else {
                throw node.corrupt("time_axis \(time) and batch_axis \(rows)")
            }
            let (input, lengths) = (try node.input(0), try node.input(1, [.int64]))
            let output = try node.output(0, node.type(input))
            node.add(
                ReverseSequenceStep(node.place, time: time, rows: rows, input, lengths, output),
                [input, lengths], [output])
        },
        "Einsum": { (node) throws(LoadError) in
            let equation = try node.string("equation") ?? ""
            let inputs = try node.inputs(.floats)
            let sum = try IndexSum(equation, inputs.count, node)
            let output = try node.output(0, node.type(inputs[0]))
            node.add(
                EinsumStep(node.place, sum, node.type(output), inputs, output), inputs, [output])
        },
    ]

    private static func scatter(
        _ node: NodeBuilder, _ kind: ScatterStep.Kind
    ) throws(LoadError) {
        let reduction = try node.choice("reduction", ScatterStep.Reduction.replace)
        let input = try node.input(0, [.float32, .float64, .int32, .int64, .uint8, .bool])
        guard reduction == .replace || node.type(input) != .bool else {
            throw node.unsupported("\(reduction.rawValue) of BOOL")
        }
        let indices = try node.input(1, .indices)
        let updates = try node.input(2, [node.type(input)])
        let output = try node.output(0, node.type(input))
        node.add(
            ScatterStep(
                node.place, kind, reduction, node.type(input), input, indices, updates, output),
            [input, indices, updates], [output])
    }

    private static func pad(_ node: NodeBuilder) throws(LoadError) {
        let mode = try node.choice("mode", PadStep.Mode.constant)
        let input = try node.input(0)
        let type = node.type(input)
        let output = try node.output(0, type)
        var (value, axes): (Int?, Int?)
        let pads: Int
        if node.version < 11 {
            guard let given = try node.ints("pads") else { throw node.corrupt("pads are missing") }
            pads = node.constant(ints: given)
            if let number = try node.float("value"), type == .float32 {
                let tensor = Tensor(type: .float32)
                tensor.reshape(TensorShape())
                tensor.withElements(of: Float.self) { $0[0] = number }
                value = node.graph.addConstant(tensor)
            }
        } else {
            pads = try node.input(1, [.int64])
            value = try node.optionalInput(2, [type])
            axes = try node.optionalInput(3, .indices)
        }
        node.add(
            PadStep(node.place, mode, input, pads, value, axes, output),
            [input, pads] + [value, axes].compactMap { $0 }, [output])
    }
}
