/// Operators that make one element of many.
extension OperatorTable {
    static let reducing: [String: Builder] = [
        "ReduceSum": { (node) throws(LoadError) in try reduce(node, .sum, 13) },
        "ReduceMean": { (node) throws(LoadError) in try reduce(node, .mean, 18) },
        "ReduceMax": { (node) throws(LoadError) in try reduce(node, .maximum, 18) },
        "ReduceMin": { (node) throws(LoadError) in try reduce(node, .minimum, 18) },
        "ReduceProd": { (node) throws(LoadError) in try reduce(node, .product, 18) },
        "ReduceL1": { (node) throws(LoadError) in try reduce(node, .absoluteSum, 18) },
        "ReduceL2": { (node) throws(LoadError) in try reduce(node, .euclidean, 18) },
        "ReduceSumSquare": { (node) throws(LoadError) in try reduce(node, .squareSum, 18) },
        "ReduceLogSum": { (node) throws(LoadError) in try reduce(node, .logarithmOfSum, 18) },
        "ReduceLogSumExp": { (node) throws(LoadError) in
            try reduce(node, .maximum, 18, isLogSumExp: true)
        },
        "ArgMax": { (node) throws(LoadError) in try argument(node, greatest: true) },
        "ArgMin": { (node) throws(LoadError) in try argument(node, greatest: false) },
        "Softmax": { (node) throws(LoadError) in try softmax(node, logarithm: false) },
        "LogSoftmax": { (node) throws(LoadError) in try softmax(node, logarithm: true) },
        "TopK": { (node) throws(LoadError) in
            let axis = try node.int("axis") ?? -1
            let largest = (try node.int("largest") ?? 1) != 0
            // Sorted output is one of the orders that unsorted allows.
            node.ignore("sorted")
            let input = try node.input(0, .numbers)
            let count =
                try node.version < 10
                ? node.constant(ints: [node.int("k") ?? 1]) : node.input(1, [.int64])
            let outputs = [
                try node.output(0, node.type(input)), try node.output(1, .int64),
            ]
            let step = TopKStep(
                node.place, node.type(input), axis, largest, input, count, outputs)
            node.add(step, [input, count], outputs)
        },
    ]

    private static func reduce(
        _ node: NodeBuilder, _ kind: ReduceStep.Kind, _ changed: Int, isLogSumExp: Bool = false
    ) throws(LoadError) {
        let keeps = (try node.int("keepdims") ?? 1) != 0
        let isNothingWithoutAxes = (try node.int("noop_with_empty_axes") ?? 0) != 0
        let types: [ElementType] =
            switch kind {
            case .mean, .euclidean, .logarithmOfSum: .floats
            default: isLogSumExp ? .floats : .numbers
            }
        let input = try node.input(0, types)
        let axes = try axes(node, changed)
        let output = try node.output(0, node.type(input))
        let reads = [input] + (axes.map { [$0] } ?? [])
        if isLogSumExp {
            let step = LogSumExpStep(
                node.place, node.type(input), input, axes, output, keeps, isNothingWithoutAxes,
                scratch: node.graph.addSlot(node.type(input)))
            return node.add(step, reads, [output, step.scratch])
        }
        let step = ReduceStep(
            node.place, kind, node.type(input), input, axes, output, keeps, isNothingWithoutAxes)
        node.add(step, reads, [output])
        if kind == .sum { node.graph.sums[output] = input }
    }

    private static func argument(_ node: NodeBuilder, greatest: Bool) throws(LoadError) {
        let axis = try node.int("axis") ?? 0
        let keeps = (try node.int("keepdims") ?? 1) != 0
        let isLast = (try node.int("select_last_index") ?? 0) != 0
        let input = try node.input(0, .numbers)
        let output = try node.output(0, .int64)
        let step = ArgumentStep(
            node.place, node.type(input), axis, keeps, isLast, greatest, input, output)
        node.add(step, [input], [output])
    }

    private static func softmax(_ node: NodeBuilder, logarithm: Bool) throws(LoadError) {
        // Before version 13 all axes from `axis` on are one.
        let isFlat = node.version < 13
        let axis = try node.int("axis") ?? (isFlat ? 1 : -1)
        let input = try node.input(0, .floats)
        let output = try node.output(0, node.type(input))
        let step = SoftmaxStep(
            node.place, node.type(input), axis, isFlat, logarithm, input, output)
        node.add(step, [input], [output])
        if !logarithm, axis == -1 || axis == 1, node.graph.links[input] == nil {
            node.graph.setLink(output, Link(raw: input, kind: .softmax))
        }
    }
}
