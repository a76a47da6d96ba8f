/// A linear model over features, ready to score and to explain: Σ_j f_j(x_j), where f_j is known in
/// full for categories, and a sum of weighted functions for numbers.
final class LinearScore {
    /// One weighted function of a number.
    private struct Column {
        let weight: Double
        /// Replaces NaN; NaN for none.
        let missing: Double
        /// For all but plain and imputed values.
        let atom: Atom?
    }

    /// A feature's part of the score.
    private struct Part {
        /// The score by category's code, and last for a missing one; empty for numbers.
        var table: Range<Int> = 0..<0
        var columns: Range<Int> = 0..<0
        /// Whether the graph sees the value as a Float.
        var isFloat = false
        /// What does not depend on the value: constants that belong to the feature, less its mean.
        var offset = 0.0
    }

    private var parts: [Part] = []
    private var columns: [Column] = []
    private var table: [Double] = []
    private let baseValue: Double

    /// - Parameter form: the log-odds.
    init(
        _ form: LinearForm, _ atoms: [Atom], _ layout: RowLayout, _ signature: Signature,
        _ meanTerms: [String: Double]
    ) {
        var byFeature: [[(Atom, Double)]] = Array(repeating: [], count: signature.features.count)
        for (number, weight) in form.terms.sorted(by: { $0.key < $1.key }) where weight != 0 {
            byFeature[atoms[number].feature].append((atoms[number], weight))
        }
        var base = form.constant
        for (number, feature) in signature.features.enumerated() {
            var part = Part()
            let cell = layout.cells.first { $0.feature == number }
            part.isFloat = cell?.type == .float32
            let mean = meanTerms[feature.name] ?? 0
            part.offset = (form.offsets[number] ?? 0) - mean
            base += mean
            if cell?.type == .string {
                let start = table.count
                for code in 0...feature.categories.count {
                    let isMissing = code == feature.categories.count
                    let text = isMissing ? "" : feature.categories[code]
                    // Without leave to be missing, a missing category has no score.
                    let isRefused = isMissing && feature.missing == .reject
                    table.append(
                        isRefused
                            ? .nan
                            : byFeature[number].reduce(0) {
                                $0 + $1.1 * $1.0.evaluate(Double(code), text: text)
                            })
                }
                part.table = start..<table.count
            } else {
                let start = columns.count
                for (atom, weight) in byFeature[number] {
                    columns.append(Self.column(atom, weight))
                }
                part.columns = start..<columns.count
            }
            parts.append(part)
        }
        baseValue = base
    }

    private static func column(_ atom: Atom, _ weight: Double) -> Column {
        if atom.operations.isEmpty { return Column(weight: weight, missing: .nan, atom: nil) }
        if atom.operations.count == 1, case .replace(let from, let to) = atom.operations[0],
            Double(bitPattern: from).isNaN
        {
            return Column(weight: weight, missing: to, atom: nil)
        }
        return Column(weight: weight, missing: .nan, atom: atom)
    }

    /// A feature's term less its mean; NaN if the model has no answer to its value.
    @inline(__always)
    private func contribution(_ part: borrowing Part, _ value: Double) -> Double {
        if !part.table.isEmpty {
            if value.isNaN { return table[part.table.upperBound - 1] + part.offset }
            guard let code = Int(exactly: value), code >= 0, code < part.table.count - 1 else {
                return .nan
            }
            return table[part.table.lowerBound + code] + part.offset
        }
        let x = part.isFloat ? Double(Float(value)) : value
        var sum = 0.0
        for index in part.columns {
            if let atom = columns[index].atom {
                sum += columns[index].weight * atom.evaluate(x, text: nil)
            } else {
                sum += columns[index].weight * (x.isNaN ? columns[index].missing : x)
            }
        }
        return sum + part.offset
    }

    /// The log-odds; NaN if a feature's value has no answer.
    func score(_ workspace: Workspace) -> Double {
        var score = baseValue
        for index in parts.indices {
            score += contribution(parts[index], workspace.row[index])
        }
        return score
    }

    /// As ``score(_:)``, with contributions.
    func explain(_ workspace: Workspace) -> Double {
        var score = baseValue
        workspace.baseValue = baseValue
        for index in parts.indices {
            let value = contribution(parts[index], workspace.row[index])
            workspace.contributions[index] = value
            score += value
        }
        return score
    }
}
