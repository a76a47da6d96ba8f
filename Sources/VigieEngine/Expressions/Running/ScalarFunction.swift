import Glibc

extension Operation {
    /// Whether it is a function of one number.
    var isFunction: Bool {
        switch self {
        case .absolute, .round, .floor, .ceiling, .squareRoot, .logarithm, .logarithm10,
            .exponential, .logistic, .logit:
            true
        default: false
        }
    }
}

/// The functions of one number. Outside of a function's domain its value is missing.
enum ScalarFunction {
    /// - Parameter operation: one that ``Operation/isFunction``; any other gives a missing value.
    @inline(__always)
    static func apply(_ operation: Operation, _ x: Double) -> Double {
        switch operation {
        case .absolute: x.magnitude
        // Halves away from zero.
        case .round: x.rounded()
        case .floor: x.rounded(.down)
        case .ceiling: x.rounded(.up)
        case .squareRoot: x.squareRoot()
        case .logarithm: x > 0 ? log(x) : .nan
        case .logarithm10: x > 0 ? log10(x) : .nan
        case .exponential: exp(x)
        case .logistic: 1 / (1 + exp(-x))
        case .logit: x > 0 && x < 1 ? log(x / (1 - x)) : .nan
        default: .nan
        }
    }

    /// How much a function rises a unit on the way; 0 where there is no way, or no number.
    static func slope(
        from start: Double, to end: Double, _ startValue: Double, _ endValue: Double
    ) -> Double {
        let slope = (endValue - startValue) / (end - start)
        return slope.isFinite ? slope : 0
    }
}
