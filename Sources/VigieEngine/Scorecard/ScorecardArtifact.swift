import Glibc

/// A ``Scorecard`` ready to score.
///
/// Tensor view: input `input`, FP64 [N, F], columns and category codes as the signature has them,
/// NaN for missing; outputs `probability` and `log_odds`, FP64 [N].
///
/// Row view: the log-odds; contributions are coefficient · (woe(x) − meanWoe), and the base value is
/// intercept + Σ coefficient · meanWoe plus the sum's rounding, so that all adds up exactly.
public final class ScorecardArtifact: Artifact, @unchecked Sendable {
    /// One feature of the signature, its weights multiplied with its coefficient.
    private struct Term {
        var name: String
        /// Ascending; empty for categories.
        var edges: [Double]
        /// By bin or by the signature's category code; NaN where there is none.
        var weights: [Double]
        var isCategory: Bool
        /// NaN when a missing value is not accepted.
        var missing: Double
        var mean: Double
    }

    private let intercept: Double
    private let terms: [Term]

    /// - Throws: `corrupt` or `unsupported` for the file, `signature` when the source's signature
    ///   does not fit it.
    public init(_ source: ArtifactSource) throws(LoadError) {
        let signature: Signature
        do {
            let card = try Scorecard(source.bytes)
            signature = source.signature ?? Self.derive(card)
            intercept = card.intercept
            terms = try Self.terms(card, signature)
        } catch {
            throw LoadError(error.reason, "\(source.fileName): \(error.message)")
        }
        super.init(
            flavor: .scorecard,
            inputs: [TensorSpec(name: "input", type: .float64, shape: [-1, terms.count])],
            outputs: [
                TensorSpec(name: "probability", type: .float64, shape: [-1]),
                TensorSpec(name: "log_odds", type: .float64, shape: [-1]),
            ], signature: signature,
            memoryBytes: terms.reduce(0) { $0 + 8 * ($1.edges.count + $1.weights.count) + 96 })
    }

    private static func derive(_ card: Scorecard) -> Signature {
        Signature(
            features: card.features.map { feature in
                let missing: Feature.Missing = feature.missingWoe == nil ? .reject : .allow
                return switch feature.bins {
                case .numeric: Feature(name: feature.name, missing: missing)
                case .categories(let names, _, _):
                    Feature(
                        name: feature.name, kind: .category, missing: missing, categories: names)
                }
            })
    }

    private static func terms(
        _ card: Scorecard, _ signature: Signature
    ) throws(LoadError) -> [Term] {
        var byName: [String: Scorecard.Feature] = [:]
        for feature in card.features { byName[feature.name] = feature }
        var terms: [Term] = []
        for feature in signature.features {
            guard let own = byName.removeValue(forKey: feature.name) else {
                throw LoadError(
                    .signature, "feature '\(feature.name)' is not one of the scorecard's")
            }
            terms.append(try term(own, feature))
        }
        guard byName.isEmpty else {
            let names = byName.keys.sorted().prefix(8).map { "'\($0)'" }.joined(separator: ", ")
            throw LoadError(.signature, "the signature lacks \(names)")
        }
        return terms
    }

    private static func term(
        _ own: Scorecard.Feature, _ feature: Feature
    ) throws(LoadError) -> Term {
        guard feature.missing == .reject || own.missingWoe != nil else {
            throw LoadError(
                .signature,
                "feature '\(feature.name)' may be missing, but has no weight for that (missingWoe)")
        }
        let scale = own.coefficient
        var term = Term(
            name: own.name, edges: [], weights: [], isCategory: feature.kind == .category,
            missing: own.missingWoe.map { $0 * scale } ?? .nan, mean: own.meanWoe * scale)
        switch own.bins {
        case .numeric(let edges, let woe):
            guard feature.kind != .category else {
                throw LoadError(
                    .signature,
                    "feature '\(feature.name)' is a number in the scorecard, a category in the "
                        + "signature")
            }
            term.edges = edges
            term.weights = woe.map { $0 * scale }
        case .categories(let names, let woe, let otherWoe):
            guard feature.kind == .category else {
                throw LoadError(
                    .signature,
                    "feature '\(feature.name)' is a category in the scorecard, but "
                        + "\(feature.kind.rawValue) in the signature")
            }
            let byName = Dictionary(zip(names, woe), uniquingKeysWith: { first, _ in first })
            for category in feature.categories {
                guard let weight = byName[category] ?? otherWoe else {
                    throw LoadError(
                        .signature,
                        "feature '\(feature.name)': category '\(category)' has no weight")
                }
                term.weights.append(weight * scale)
            }
        }
        return term
    }

    /// A value's weight. One comparison an edge by halves.
    private func weight(_ term: Term, _ value: Double) throws(InferenceError) -> Double {
        if value.isNaN {
            guard !term.missing.isNaN else {
                throw InferenceError(.input, "'\(term.name)' must not be missing")
            }
            return term.missing
        }
        if term.isCategory {
            guard value >= 0, value < Double(term.weights.count) else {
                throw InferenceError(.input, "'\(term.name)' has no category of this code")
            }
            return term.weights[Int(value)]
        }
        var low = 0
        var high = term.edges.count
        while low < high {
            let middle = (low + high) / 2
            if term.edges[middle] <= value { low = middle + 1 } else { high = middle }
        }
        return term.weights[low]
    }

    override public func run(_ workspace: Workspace) throws(InferenceError) {
        let shape = workspace.inputs[0].shape
        let width = terms.count
        guard shape.rank == 2, shape[1] == width else {
            throw InferenceError(
                .input, "input 'input' has shape \(shape), expected [-1, \(width)]")
        }
        for output in workspace.outputs { output.reshape(TensorShape([shape[0]])) }
        try workspace.inputs[0].withElements(of: Double.self) { rows throws(InferenceError) in
            for row in 0..<shape[0] {
                var sum = intercept
                for index in 0..<width {
                    sum += try weight(terms[index], rows[row * width + index])
                }
                workspace.outputs[0].withElements(of: Double.self) { $0[row] = 1 / (1 + exp(-sum)) }
                workspace.outputs[1].withElements(of: Double.self) { $0[row] = sum }
            }
        }
    }

    override public var link: ScoreLink { .logit }

    override public var scoresRows: Bool { true }

    override public func score(_ workspace: Workspace) throws(InferenceError) -> Double {
        var sum = intercept
        for index in terms.indices { sum += try weight(terms[index], workspace.row[index]) }
        return sum
    }

    override public var explainsRows: Bool { true }

    override public func explain(_ workspace: Workspace) throws(InferenceError) -> Double {
        let score = try score(workspace)
        var rest = score
        for index in terms.indices {
            let contribution = try weight(terms[index], workspace.row[index]) - terms[index].mean
            workspace.contributions[index] = contribution
            rest -= contribution
        }
        workspace.baseValue = rest
        return score
    }
}
