/// Support vector machines of ai.onnx.ml.
extension OperatorTable {
    static func vectorRegressor(_ node: NodeBuilder) throws(LoadError) {
        let kernel = try KernelFunction(node)
        let transform = try node.choice("post_transform", PostTransform.none)
        guard transform == .none else {
            throw node.unsupported("post_transform \(transform.rawValue)")
        }
        let isOneClass = (try node.int("one_class") ?? 0) != 0
        let count = try node.int("n_supports") ?? 0
        let coefficients = try node.floats("coefficients") ?? []
        let given = try node.floats("support_vectors") ?? []
        let rho = try node.floats("rho") ?? []
        guard rho.count == 1 else { throw node.corrupt("\(rho.count) numbers in rho, not 1") }
        let input = try vectorInput(node)
        let raw = node.graph.addSlot(.float64)
        // Without support vectors the coefficients are a linear model's.
        guard count == 0 || coefficients.count == count else {
            throw node.corrupt("\(coefficients.count) coefficients for \(count) vectors")
        }
        let linear = KernelFunction(linear: kernel)
        let vectors = try SupportVectors(
            node, count == 0 ? linear : kernel, count == 0 ? coefficients : given,
            count: max(count, 1))
        let step = VectorSumStep(
            node.place, vectors, count == 0 ? [1] : coefficients, rho[0], isOneClass, input,
            node.graph.addSlot(.float64), raw)
        node.add(step, [input], [raw, step.scratch])
        try node.output(0, slot: addCast(node, raw, .float32))
    }

    static func vectorClassifier(_ node: NodeBuilder) throws(LoadError) {
        let kernel = try KernelFunction(node)
        let transform = try node.choice("post_transform", PostTransform.none)
        let labels = try classLabels(node, integers: "classlabels_ints")
        let perClass = try node.ints("vectors_per_class") ?? []
        let coefficients = try node.floats("coefficients") ?? []
        let given = try node.floats("support_vectors") ?? []
        let rho = try node.floats("rho") ?? []
        let slopes = try node.floats("prob_a") ?? []
        let intercepts = try node.floats("prob_b") ?? []
        let input = try vectorInput(node)
        let classes = perClass.isEmpty ? labels.count : perClass.count
        guard classes >= 2, classes <= 1_024, labels.count == classes else {
            throw node.corrupt("\(labels.count) class labels for \(perClass.count) classes")
        }
        guard !perClass.isEmpty else {
            throw node.unsupported("a machine without vectors_per_class")
        }
        guard perClass.allSatisfy({ (0...1 << 32).contains($0) }) else {
            throw node.corrupt("a number of vectors is out of range")
        }
        let vectors = try SupportVectors(
            node, kernel, given, count: perClass.reduce(0, +))
        let pairs = classes * (classes - 1) / 2
        guard coefficients.count == vectors.count * (classes - 1), rho.count == pairs,
            slopes.isEmpty || slopes.count == pairs, slopes.count == intercepts.count
        else {
            throw node.corrupt(
                "coefficients, rho, prob_a or prob_b do not fit \(classes) classes of"
                    + " \(vectors.count) vectors")
        }
        let machine = PairwiseMachine(
            vectors: vectors, perClass: perClass, coefficients: FlatArray(coefficients), rho: rho,
            coupling: slopes.isEmpty ? nil : PairwiseCoupling(classes, slopes, intercepts))
        try addMachine(node, machine, labels, transform, input)
    }

    private static func addMachine(
        _ node: NodeBuilder, _ machine: PairwiseMachine, _ labels: ClassLabels,
        _ transform: PostTransform, _ input: Int
    ) throws(LoadError) {
        let raw = node.graph.addSlot(.float64)
        let votes = node.graph.addSlot(.float64)
        let step = PairwiseStep(
            node.place, machine, input, node.graph.addSlot(.float64), votes, raw)
        node.add(step, [input], [raw, votes, step.scratch])
        if node.hasOutput(0) {
            let label: Int
            let labelStep: LabelStep
            switch labels {
            case .integers(let list):
                label = try node.output(0, .int64)
                labelStep = LabelStep(
                    node.place, Tensor(integers: list), .greatest, votes, label)
            case .strings(let list):
                label = try node.output(0, .string)
                labelStep = LabelStep(node.place, Tensor(strings: list), .greatest, votes, label)
            }
            node.add(labelStep, [votes], [label])
        }
        guard node.hasOutput(1) else { return }
        let output = try node.output(1, .float32)
        let second: SecondClass =
            machine.scoreCount > 1 ? .none : transform == .none ? .mirror : .complement
        guard second == .none || transform == .none else {
            throw node.unsupported("post_transform \(transform.rawValue) of one score")
        }
        node.add(PostTransformStep(node.place, transform, second, raw, output), [raw], [output])
        if machine.coupling != nil, machine.perClass.count == 2, transform == .none {
            node.graph.setLink(output, Link(raw: raw, kind: .probabilities))
        }
    }

    /// Kernels are computed in double precision of FP32 or FP64 rows.
    private static func vectorInput(_ node: NodeBuilder) throws(LoadError) -> Int {
        let input = try node.input(0, .mlNumbers)
        return node.type(input) == .float64 ? input : addCast(node, input, .float32)
    }
}

extension KernelFunction {
    /// The plain product of two vectors.
    init(linear other: KernelFunction) {
        kind = .linear
        gamma = other.gamma
        offset = other.offset
        degree = other.degree
    }
}
