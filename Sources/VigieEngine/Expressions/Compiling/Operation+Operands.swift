extension Operation {
    /// What a field of an instruction is.
    enum Operand {
        case scalar, text
        /// A list, an instruction, a rule, or nothing.
        case none
    }

    /// What the three fields of an instruction with this operation are.
    var operands: (destination: Operand, a: Operand, b: Operand) {
        switch self {
        case .move, .negate, .not, .isMissing, .absolute, .round, .floor, .ceiling, .squareRoot,
            .logarithm, .logarithm10, .exponential, .logistic, .logit:
            (.scalar, .scalar, .none)
        case .add, .subtract, .multiply, .divide, .remainder, .less, .lessOrEqual, .equal,
            .notEqual,
            .and, .or, .power, .minimum, .maximum, .year, .month, .day, .weekday, .hour, .minute:
            (.scalar, .scalar, .scalar)
        case .isInNumbers: (.scalar, .scalar, .none)
        case .textMove, .lower, .upper: (.text, .text, .none)
        case .textEqual, .textNotEqual, .textLess, .textLessOrEqual, .startsWith, .endsWith,
            .contains:
            (.scalar, .text, .text)
        case .textIsMissing, .length, .isInTexts: (.scalar, .text, .none)
        case .jump, .stopIfFired: (.none, .none, .none)
        case .jumpIfFalse, .jumpIfTrue, .jumpIfUnknown, .jumpIfPresent: (.none, .scalar, .none)
        case .jumpIfTextPresent: (.none, .text, .none)
        case .rule: (.none, .scalar, .none)
        case .scoredRule: (.none, .scalar, .scalar)
        }
    }
}
