/// Linear models of ai.onnx.ml.
extension OperatorTable {
    static func linearRegressor(_ node: NodeBuilder) throws(LoadError) {
        let targets = try node.int("targets") ?? 1
        let transform = try node.choice("post_transform", PostTransform.none)
        let coefficients = try node.floats("coefficients") ?? []
        let intercepts = try node.floats("intercepts") ?? []
        let raw = try addLinear(node, coefficients, intercepts, targets)
        if transform == .none { return try node.output(0, slot: raw) }
        let output = try node.output(0, .float32)
        node.add(PostTransformStep(node.place, transform, .none, raw, output), [raw], [output])
    }

    /// A step with the scores [N, targets] of a linear model.
    private static func addLinear(
        _ node: NodeBuilder, _ coefficients: [Float], _ intercepts: [Float], _ targets: Int
    ) throws(LoadError) -> Int {
        guard targets > 0, targets <= 1 << 16 else { throw node.corrupt("\(targets) targets") }
        guard !coefficients.isEmpty, coefficients.count % targets == 0 else {
            throw node.corrupt("\(coefficients.count) coefficients for \(targets) targets")
        }
        guard intercepts.isEmpty || intercepts.count == targets else {
            throw node.corrupt("\(intercepts.count) intercepts for \(targets) targets")
        }
        let input = addCast(node, try node.input(0, .mlNumbers), .float32)
        let raw = node.graph.addSlot(.float32)
        let bias = intercepts.isEmpty ? [Float](repeating: 0, count: targets) : intercepts
        let step = LinearStep(node.place, coefficients, bias, input, raw)
        node.add(step, [input], [raw])
        return raw
    }

    static func linearClassifier(_ node: NodeBuilder) throws(LoadError) {
        // Tells how training was done; scores are the same.
        node.ignore("multi_class")
        let transform = try node.choice("post_transform", PostTransform.none)
        let coefficients = try node.floats("coefficients") ?? []
        let intercepts = try node.floats("intercepts") ?? []
        let labels = try classLabels(node, integers: "classlabels_ints")
        let scores = intercepts.isEmpty ? (labels.count == 2 ? 1 : labels.count) : intercepts.count
        guard scores == labels.count || (scores == 1 && labels.count <= 2) else {
            throw node.corrupt("\(labels.count) class labels for \(scores) scores")
        }
        let raw = try addLinear(node, coefficients, intercepts, scores)
        let second: SecondClass = scores == 1 && labels.count == 2 ? .complement : .none
        try finishClassifier(
            node, raw, scores, labels, transform, second,
            decision: scores == 1 ? .threshold(0) : .greatest)
    }

    static func classLabels(
        _ node: NodeBuilder, integers: String
    ) throws(LoadError) -> ClassLabels {
        let integers = try node.ints(integers)
        let strings = try node.strings("classlabels_strings")
        if let strings, !strings.isEmpty { return .strings(strings) }
        if let integers, !integers.isEmpty { return .integers(integers.map { Int64($0) }) }
        throw node.corrupt("it has no class labels")
    }

    /// Labels and probabilities of raw scores.
    static func finishClassifier(
        _ node: NodeBuilder, _ raw: Int, _ scores: Int, _ labels: ClassLabels,
        _ transform: PostTransform, _ second: SecondClass,
        decision: LabelStep.Decision
    ) throws(LoadError) {
        guard transform != .probit || second == .none else {
            throw node.unsupported("post_transform PROBIT of one score for two classes")
        }
        if node.hasOutput(0) {
            let label: Int
            let step: LabelStep
            switch labels {
            case .integers(let list):
                label = try node.output(0, .int64)
                step = LabelStep(node.place, Tensor(integers: list), decision, raw, label)
            case .strings(let list):
                label = try node.output(0, .string)
                step = LabelStep(node.place, Tensor(strings: list), decision, raw, label)
            }
            node.add(step, [raw], [label])
        }
        guard node.hasOutput(1) else { return }
        let output = try node.output(1, .float32)
        node.add(PostTransformStep(node.place, transform, second, raw, output), [raw], [output])
        if let kind = linkKind(scores, transform, second) {
            node.graph.setLink(output, Link(raw: raw, kind: kind))
        }
    }

    private static func linkKind(
        _ scores: Int, _ transform: PostTransform, _ second: SecondClass
    ) -> Link.Kind? {
        switch (transform, second) {
        case (.logistic, .none): .logistic
        case (.logistic, _): .pair
        case (.softmax, .none): .softmax
        case (.none, .complement): .complement
        default: nil
        }
    }
}
