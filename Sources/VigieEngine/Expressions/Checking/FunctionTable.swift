/// The language's functions, by name.
enum FunctionTable {
    enum Rule {
        /// From a number to a number; `keepsInteger`: from an integer to an integer.
        case scalar(Operation, keepsInteger: Bool)
        /// From two numbers to a number.
        case power
        /// Two arguments or more of one ordered scalar type.
        case extreme(Operation)
        case mean
        case coalesce
        case textMap(Operation)
        case length
        /// Two texts to a boolean.
        case textTest(Operation)
        /// Of a timestamp and an optional offset from UTC: '+02:00'.
        case calendar(Operation)
        /// Of a literal text.
        case timestamp
    }

    static let rules: [String: Rule] = [
        "abs": .scalar(.absolute, keepsInteger: true),
        "round": .scalar(.round, keepsInteger: true),
        "floor": .scalar(.floor, keepsInteger: true),
        "ceil": .scalar(.ceiling, keepsInteger: true),
        "sqrt": .scalar(.squareRoot, keepsInteger: false),
        "log": .scalar(.logarithm, keepsInteger: false),
        "log10": .scalar(.logarithm10, keepsInteger: false),
        "exp": .scalar(.exponential, keepsInteger: false),
        "logistic": .scalar(.logistic, keepsInteger: false),
        "logit": .scalar(.logit, keepsInteger: false),
        "pow": .power,
        "min": .extreme(.minimum), "max": .extreme(.maximum), "mean": .mean,
        "coalesce": .coalesce,
        "lower": .textMap(.lower), "upper": .textMap(.upper), "length": .length,
        "starts_with": .textTest(.startsWith), "ends_with": .textTest(.endsWith),
        "contains": .textTest(.contains),
        "year": .calendar(.year), "month": .calendar(.month), "day": .calendar(.day),
        "weekday": .calendar(.weekday), "hour": .calendar(.hour), "minute": .calendar(.minute),
        "timestamp": .timestamp,
    ]
}
