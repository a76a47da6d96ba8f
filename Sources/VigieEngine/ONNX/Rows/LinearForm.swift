/// A value of a graph as a sum over functions of one feature each.
struct LinearForm {
    /// What belongs to no feature: a model's intercept.
    var constant: Double
    /// Weights by atom.
    var terms: [Int: Double] = [:]
    /// Constants that belong to a feature, such as the mean that a scaler takes away.
    var offsets: [Int: Double] = [:]
    /// The feature that this is a column of; nil once columns have been added up.
    var owner: Int?

    static func constant(_ value: Double) -> LinearForm { LinearForm(constant: value) }

    var isConstant: Bool { terms.isEmpty && offsets.isEmpty }

    static func * (form: LinearForm, factor: Double) -> LinearForm {
        form.mapped { $0 * factor }
    }

    /// `change` must be linear.
    func mapped(_ change: (Double) -> Double) -> LinearForm {
        LinearForm(
            constant: change(constant), terms: terms.mapValues(change),
            offsets: offsets.mapValues(change), owner: owner)
    }

    mutating func add(_ other: LinearForm, times factor: Double = 1) {
        if other.isConstant { return add(constant: other.constant * factor) }
        constant += other.constant * factor
        for (atom, weight) in other.terms { terms[atom, default: 0] += weight * factor }
        for (feature, offset) in other.offsets { offsets[feature, default: 0] += offset * factor }
        owner = nil
    }

    /// Adds a constant to the feature that this is a column of, or to no feature.
    mutating func add(constant value: Double) {
        if let owner { offsets[owner, default: 0] += value } else { constant += value }
    }
}

/// A function of one feature: operations one after the other on its value.
struct Atom: Hashable {
    enum Operation: Hashable {
        /// `from`, which may be NaN, becomes `to`.
        case replace(from: UInt64, to: Double)
        case affine(scale: Double, offset: Double)
        /// 1 for this text, else 0.
        case isText(String)
        /// 1 for this number, cut to a whole one, else 0.
        case isNumber(Int64)
        /// 1 above, else 0.
        case isAbove(Double)
    }

    let feature: Int
    var operations: [Operation] = []

    /// The function's value.
    /// - Parameter text: what a category's code stands for in a text input.
    func evaluate(_ value: Double, text: String?) -> Double {
        var x = value
        for operation in operations {
            switch operation {
            case .replace(let from, let to):
                let from = Double(bitPattern: from)
                if from.isNaN ? x.isNaN : x == from { x = to }
            case .affine(let scale, let offset): x = x * scale + offset
            case .isText(let wanted): x = text == wanted ? 1 : 0
            case .isNumber(let wanted):
                x = x.isFinite && x.rounded(.towardZero) == Double(wanted) ? 1 : 0
            case .isAbove(let threshold): x = x > threshold ? 1 : 0
            }
        }
        return x
    }
}
