/// Tree ensembles of ai.onnx.ml.
extension OperatorTable {
    static func treeClassifier(_ node: NodeBuilder) throws(LoadError) {
        let transform = try node.choice("post_transform", PostTransform.none)
        let labels = try classLabels(node, integers: "classlabels_int64s")
        let input = try treeInput(node)
        let leaves = try TreeAttributes.Leaves(node, prefix: "class")
        let base = try node.doubles("base_values")
        let nodes = try TreeAttributes(node)
        let classes = Set(leaves.ids)
        guard classes.allSatisfy({ $0 >= 0 && $0 < max(labels.count, 2) }) else {
            throw node.corrupt("a class is out of range")
        }
        // Two classes, and weights of one only: one score, of the second class.
        let isBinary = labels.count == 2 && classes.count == 1
        let scores = isBinary ? 1 : labels.count
        // What ONNX Runtime makes of other two-class ensembles depends on its own version.
        guard !isBinary || classes == [0] else {
            throw node.unsupported("two classes with weights for the second only")
        }
        guard base.isEmpty || (base.count == scores && (isBinary || scores > 2)) else {
            throw node.unsupported(
                "\(base.count) base values for \(classes.count) classes' weights")
        }
        let raw = try addTrees(
            node, nodes, leaves, input, targets: scores, base,
            .sum)
        let isPositive = leaves.weights.allSatisfy { $0 >= 0 }
        try finishClassifier(
            node, raw, scores, labels, transform,
            isBinary ? (isPositive ? .complement : .mirror) : .none,
            decision: isBinary
                ? .threshold(isPositive ? 0.5 : 0) : scores == 2 ? .threshold(0) : .greatest)
        if transform == .none, scores == 2, let output = node.outputSlot(1) {
            node.graph.setLink(output, Link(raw: raw, kind: .probabilities))
        }
    }

    static func treeRegressor(_ node: NodeBuilder) throws(LoadError) {
        let transform = try node.choice("post_transform", PostTransform.none)
        let aggregate = try node.choice("aggregate_function", TreeAggregate.sum)
        let targets = try node.int("n_targets") ?? 1
        guard (1...TreeLimits.targetCountMax).contains(targets) else {
            throw node.corrupt("\(targets) targets")
        }
        let input = try treeInput(node)
        var leaves = try TreeAttributes.Leaves(node, prefix: "target")
        if targets == 1 { leaves = leaves.firstOfEachLeaf() }
        let base = try node.doubles("base_values")
        let nodes = try TreeAttributes(node)
        guard base.isEmpty || base.count == targets else {
            throw node.corrupt("\(base.count) base values for \(targets) targets")
        }
        let raw = try addTrees(
            node, nodes, leaves, input, targets: targets, base, aggregate.function)
        if transform == .none {
            return try node.output(0, slot: addCast(node, raw, .float32))
        }
        let output = try node.output(0, .float32)
        node.add(PostTransformStep(node.place, transform, .none, raw, output), [raw], [output])
    }

    /// Trees compare FP32 or FP64; integers become FP32, as in ONNX Runtime.
    private static func treeInput(_ node: NodeBuilder) throws(LoadError) -> Int {
        let input = try node.input(0, .mlNumbers)
        return node.type(input) == .float64 ? input : addCast(node, input, .float32)
    }

    private static func addTrees(
        _ node: NodeBuilder, _ nodes: TreeAttributes, _ leaves: TreeAttributes.Leaves,
        _ input: Int, targets: Int, _ start: [Double], _ aggregate: TreeEnsembleBuilder.Aggregate
    ) throws(LoadError) -> Int {
        let type = node.type(input)
        let builder = try nodes.builder(
            node, leaves, targets: targets, type == .float64 ? .float64 : .float32, aggregate)
        let ensemble: TreeEnsemble
        do throws(LoadError) {
            ensemble = try builder.compile()
        } catch {
            throw LoadError(error.reason, "\(node.place): \(error.message)")
        }
        let output = node.graph.addSlot(type)
        // Rows that have more columns than the trees ask for are narrowed first.
        let narrowed = node.graph.addSlot(type)
        let step = TreesStep(
            node.place, ensemble, start, node.graph.addScratch(ensemble), input, narrowed, output)
        node.add(step, [input], [output, narrowed])
        if builder.treeCount == 1, targets == 1 { node.graph.treeSources[output] = builder }
        return output
    }
}
