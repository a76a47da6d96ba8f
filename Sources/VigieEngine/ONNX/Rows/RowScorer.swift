/// Scores one row of features: writes it to the graph's inputs, runs what is needed, and reads the
/// log-odds from the raw scores before the link function.
final class RowScorer {
    let layout: RowLayout
    /// For models that are a sum of functions of one feature each.
    let linear: LinearScore?
    private let link: Link
    private let columns: Int
    /// Steps that must run.
    private let stepCount: Int

    private init(
        _ layout: RowLayout, _ linear: LinearScore?, _ link: Link, _ columns: Int, _ stepCount: Int
    ) {
        self.layout = layout
        self.linear = linear
        self.link = link
        self.columns = columns
        self.stepCount = stepCount
    }

    /// The signature, and a scorer if the model is a binary classifier or a regressor.
    /// - Parameters:
    ///   - program: as the graph has it, in which linear models are found.
    ///   - fast: the program that is run.
    ///   - given: nil to derive one from the graph.
    /// - Throws: `signature` when the given one does not fit the graph.
    static func make(
        _ program: Program, _ fast: Program, _ trial: Trial, _ given: Signature?,
        _ meanTerms: [String: Double]
    ) throws(LoadError) -> (signature: Signature, scorer: RowScorer?) {
        guard let signature = given ?? DerivedSignature.make(program) else {
            return (Signature(features: []), nil)
        }
        let layout: RowLayout
        do throws(LoadError) {
            layout = try RowLayout(signature, program.inputs)
        } catch {
            // A derived one that does not fit means that the graph does not take rows.
            if given != nil { throw error }
            return (Signature(features: []), nil)
        }
        guard let values = trial.values, let (link, columns) = scored(program, values) else {
            return (signature, nil)
        }
        let linear = LinearTracer(program, values, layout, signature).score(
            link, columns, meanTerms)
        let scorer = RowScorer(
            layout, linear, link, columns, fast.stepCounts[link.raw] ?? fast.steps.count)
        return (signature, scorer)
    }

    /// What the score is read from: the raw scores behind the first output that is a probability of
    /// two classes, or a regressor's only output of one column.
    private static func scored(
        _ program: Program, _ values: Values
    ) -> (link: Link, columns: Int)? {
        for slot in program.outputSlots {
            guard let link = program.links[slot], isReal(program.slotTypes[link.raw]) else {
                continue
            }
            let columns = values[link.raw].count
            let width = values[slot].count
            switch link.kind {
            case .raw: continue
            case .pair, .complement: if columns == 1 { return (link, 1) }
            case .logistic: if columns == 1 || columns == 2 { return (link, columns) }
            case .normalizedLogistic, .softmax, .probabilities:
                if columns == 2, width == 2 { return (link, 2) }
            }
        }
        guard program.outputSlots.count == 1, let slot = program.outputSlots.first,
            isReal(program.slotTypes[slot]), values[slot].count == 1
        else { return nil }
        return (Link(raw: slot, kind: .raw), 1)
    }

    private static func isReal(_ type: ElementType) -> Bool {
        type == .float32 || type == .float64
    }

    /// A classifier's score is log-odds, a regressor's its prediction.
    var scoreLink: ScoreLink { link.kind == .raw ? .identity : .logit }

    /// The log-odds of the second class, or a regressor's prediction.
    func score(
        _ workspace: ONNXWorkspace, _ program: Program
    ) throws(InferenceError) -> Double {
        if let linear {
            let score = linear.score(workspace)
            if !score.isNaN { return score }
            // The graph finds out what is wrong.
        }
        try layout.fill(workspace)
        let values = workspace.values
        values.begin()
        for index in 0..<stepCount { try program.steps[index].run(values) }
        let raw = values[link.raw]
        guard raw.count == columns else {
            throw InferenceError(.input, "the model gives \(raw.count) scores for one row")
        }
        let (first, last) =
            raw.type == .float32
            ? raw.withElements(of: Float.self) { (Double($0[0]), Double($0[columns - 1])) }
            : raw.withElements(of: Double.self) { ($0[0], $0[columns - 1]) }
        let score = link.kind.logOdds(first, last)
        guard !score.isNaN else { throw layout.noScore(workspace) }
        return score
    }

    /// As ``score(_:_:)`` for a linear model, with contributions.
    func explain(
        _ linear: LinearScore, _ workspace: ONNXWorkspace
    ) throws(InferenceError) -> Double {
        let score = linear.explain(workspace)
        guard !score.isNaN else { throw layout.noScore(workspace) }
        return score
    }
}

extension Link.Kind {
    /// Log-odds of the second class from the raw scores of the first and the last.
    func logOdds(_ first: Double, _ last: Double) -> Double {
        switch self {
        case .raw, .pair, .logistic: last
        case .softmax: last - first
        case .complement: logarithm(last / (1 - last))
        case .probabilities: logarithm(last / first)
        case .normalizedLogistic:
            // log(σ(last) / σ(first)), with log σ(x) = -log(1 + e^-x).
            Self.logLogistic(last) - Self.logLogistic(first)
        }
    }

    private func logarithm(_ odds: Double) -> Double { Double.logarithm(max(odds, 0)) }

    private static func logLogistic(_ x: Double) -> Double {
        let tail = Double.logarithm(1 + Double.exponential(-x.magnitude))
        return x < 0 ? x - tail : -tail
    }
}
