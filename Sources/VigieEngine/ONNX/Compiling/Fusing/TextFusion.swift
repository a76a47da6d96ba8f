/// Makes one step of a text classifier as skl2onnx writes it: StringNormalizer, Tokenizer, Flatten,
/// TfIdfVectorizer, a multiplication by the words' weights, Normalizer, LinearClassifier's scores.
/// Nothing between the text and the scores is then longer than the text.
struct TextFusion {
    private var program: Program
    private var producers: [Int: Int] = [:]
    private var readers: [Int: Int] = [:]

    /// The program with its text classifiers fused; nil if it has none.
    static func apply(_ program: Program) -> Program? {
        guard program.steps.contains(where: { $0 is TfIdfStep }) else { return nil }
        var fusion = TextFusion(program)
        var isChanged = false
        for position in program.steps.indices where fusion.fuse(at: position) { isChanged = true }
        return isChanged ? fusion.program.withoutUnusedSteps() : nil
    }

    private init(_ program: Program) {
        self.program = program
        for (position, wires) in program.wiring.enumerated() {
            for slot in wires.writes { producers[slot] = position }
            for slot in wires.reads { readers[slot, default: 0] += 1 }
        }
    }

    /// The step that fills `slot`.
    private func producer(_ slot: Int) -> Step? { producers[slot].map { program.steps[$0] } }

    private mutating func fuse(at position: Int) -> Bool {
        guard let linear = program.steps[position] as? LinearStep else { return false }
        var slot = linear.input
        var norm: NormalizerStep.Norm?
        if let step = producer(slot) as? NormalizerStep, step.norm != .max {
            (norm, slot) = (step.norm, step.input)
        }
        var factors: Tensor?
        if let step = producer(slot) as? BinaryStep, step.kind == .multiply,
            let tensor = program.constants[step.b], tensor.type == .float32
        {
            (factors, slot) = (tensor, step.a)
        }
        guard let counts = producer(slot) as? TfIdfStep, counts.mode == .frequency,
            counts.skips == 0, counts.lengths.lowerBound == 1, counts.lengths.upperBound <= 2,
            counts.table.columnCount == linear.columns,
            factors.map({ $0.count == linear.columns }) ?? true,
            let flatten = producer(counts.input) as? ReshapeStep, case .flatten(1) = flatten.kind,
            let tokenizer = producer(flatten.input) as? TokenizerStep, !tokenizer.marks,
            !tokenizer.padsWithWord(of: counts.table)
        else { return false }
        slot = tokenizer.input
        var changer = CaseChanger(.none)
        // Without it the texts are one column already, or one row of one text.
        var isFlat = false
        if let step = producer(slot) as? StringNormalizerStep {
            guard step.stopWords == nil, let flat = producer(step.input) as? ReshapeStep,
                case .reshape = flat.kind, let argument = flat.argument,
                let extents = program.constants[argument], extents.count == 1,
                extents.index(at: 0) == -1
            else { return false }
            (changer, slot, isFlat) = (step.changer, flat.input, true)
        }
        let scratch = [ElementType.uint8, .int32, .float32, .float64, .bool].map {
            program.addSlot($0)
        }
        // Counts are zero between runs: nobody else may use their memory.
        program.pinned.formUnion([scratch[2], scratch[4]])
        let step = TextScoreStep(
            linear.place, changer: changer, tokens: tokenizer.tokens, table: counts.table,
            factors: factors, norm: norm, linear: linear, isFlat: isFlat,
            countsPairs: counts.lengths.upperBound == 2, slot, scratch, linear.output)
        program.steps[position] = step
        program.wiring[position] = Wiring(reads: [slot], writes: [linear.output] + scratch)
        return true
    }
}

extension TokenizerStep {
    /// Whether what fills up short rows is a word that is counted.
    fileprivate func padsWithWord(of table: NGramTable) -> Bool {
        padding.withUnsafeBytes { table.words.find($0) } != nil
    }
}
