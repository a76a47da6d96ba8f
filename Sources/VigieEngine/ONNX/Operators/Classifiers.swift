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

/// What turns raw scores into what is given out.
enum PostTransform: String, CaseIterable {
    case none = "NONE"
    case logistic = "LOGISTIC"
    case softmax = "SOFTMAX"
    case softmaxZero = "SOFTMAX_ZERO"
    case probit = "PROBIT"
}

/// How the first column is made of a single score, which becomes the second.
enum SecondClass {
    /// There is no other column.
    case none
    /// 1 - score.
    case complement
    /// -score.
    case mirror
}

/// Scores x · w + b for each of some targets, summed in double precision.
final class LinearStep: Step {
    /// By target, then by column.
    let weights: FlatArray<Float>
    let bias: FlatArray<Float>
    let columns: Int
    let input: Int
    let output: Int

    init(_ place: String, _ weights: [Float], _ bias: [Float], _ input: Int, _ output: Int) {
        self.weights = FlatArray(weights)
        self.bias = FlatArray(bias)
        columns = weights.count / bias.count
        self.input = input
        self.output = output
        super.init(place)
    }

    override var memoryBytes: Int { weights.byteCount + bias.byteCount }

    override func run(_ values: Values) throws(InferenceError) {
        let source = values[input]
        let (rows, columns) = try matrix(source)
        guard columns == self.columns else {
            throw mismatch("\(columns) columns, \(self.columns) are expected")
        }
        let targets = bias.count
        let out = try values.shape(
            output, TensorShape(CollectionOfOne(rows)).appending(targets), self)
        try values.charge(out.count * columns, self)
        let (weights, bias) = (weights.base, bias.base)
        source.withElements(of: Float.self) { source in
            out.withElements(of: Float.self) { out in
                for row in 0..<rows {
                    for target in 0..<targets {
                        let sum = Self.dot(
                            source, row * columns, weights + target * columns, columns)
                        out[row * targets + target] = Float(sum + Double(bias[target]))
                    }
                }
            }
        }
    }

    /// Four sums at a time, so that they do not wait for each other.
    @inline(__always)
    private static func dot(
        _ row: UnsafeMutableBufferPointer<Float>, _ start: Int, _ weights: UnsafePointer<Float>,
        _ count: Int
    ) -> Double {
        var sums = SIMD4<Double>.zero
        var index = 0
        while index + 4 <= count {
            let x = SIMD4<Float>(
                row[start + index], row[start + index + 1], row[start + index + 2],
                row[start + index + 3])
            let w = SIMD4<Float>(
                weights[index], weights[index + 1], weights[index + 2], weights[index + 3])
            sums += SIMD4<Double>(x) * SIMD4<Double>(w)
            index += 4
        }
        var sum = sums.sum()
        while index < count {
            sum += Double(row[start + index]) * Double(weights[index])
            index += 1
        }
        return sum
    }
}

/// Each row's label.
final class LabelStep: Step {
    enum Decision {
        /// The class of the greatest score, the first of equal ones.
        case greatest
        /// The second class if the last score is above this.
        case threshold(Float)
    }

    let labels: Tensor
    let decision: Decision
    let input: Int
    let output: Int

    init(_ place: String, _ labels: Tensor, _ decision: Decision, _ input: Int, _ output: Int) {
        self.labels = labels
        self.decision = decision
        self.input = input
        self.output = output
        super.init(place)
    }

    override func run(_ values: Values) throws(InferenceError) {
        let source = values[input]
        let (rows, columns) = try matrix(source)
        let out = try values.shape(output, TensorShape(CollectionOfOne(rows)), self)
        var writer = TensorWriter(out, output, values, self)
        for row in 0..<rows {
            let best =
                source.type == .float32
                ? best(source, row, columns, Float.self) : best(source, row, columns, Double.self)
            try writer.append(labels, best, 1, stride: 1)
        }
    }

    @inline(__always)
    private func best<Number: BinaryFloatingPoint & BitwiseCopyable>(
        _ source: Tensor, _ row: Int, _ columns: Int, _ type: Number.Type
    ) -> Int {
        source.withElements(of: Number.self) { source in
            if case .threshold(let threshold) = decision {
                let last = source[row * columns + columns - 1]
                return labels.count == 2 && last > Number(threshold) ? 1 : 0
            }
            var best = 0
            for column in 1..<columns
            where source[row * columns + column] > source[row * columns + best] {
                best = column
            }
            return best
        }
    }
}
