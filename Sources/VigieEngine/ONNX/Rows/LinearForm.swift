/// A value of a graph as a sum over functions of one feature each.
struct LinearForm {
    var constant: Double
    /// Weights by atom.
    var terms: [Int: Double]

    static func constant(_ value: Double) -> LinearForm { LinearForm(constant: value, terms: [:]) }

    var isConstant: Bool { terms.isEmpty }

    static func * (form: LinearForm, factor: Double) -> LinearForm {
        LinearForm(constant: form.constant * factor, terms: form.terms.mapValues { $0 * factor })
    }

    mutating func add(_ other: LinearForm, times factor: Double = 1) {
        constant += other.constant * factor
        for (atom, weight) in other.terms { terms[atom, default: 0] += weight * factor }
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
