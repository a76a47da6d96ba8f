/// What one instruction does. Registers are scalars (`Double`; NaN is missing or unknown) or texts.
enum Operation: UInt8, Sendable {
    // Scalars to a scalar: destination ← a, b.
    case move
    case add, subtract, multiply, divide, remainder, negate
    case less, lessOrEqual, equal, notEqual
    /// Kleene's three-valued logic; `and` and `or` come after a jump over a known result.
    case and, or, not
    case isMissing
    case absolute, round, floor, ceiling, squareRoot, logarithm, logarithm10, exponential
    case logistic, logit, power, minimum, maximum
    /// a: a timestamp; b: milliseconds that the local clock is ahead of UTC.
    case year, month, day, weekday, hour, minute
    /// b: the list.
    case isInNumbers
    // Texts.
    case textMove, lower, upper
    case textEqual, textNotEqual, textLess, textLessOrEqual, textIsMissing
    case length, startsWith, endsWith, contains
    /// b: the list.
    case isInTexts
    // Control: to instruction b, depending on a.
    case jump, jumpIfFalse, jumpIfTrue, jumpIfUnknown, jumpIfPresent, jumpIfTextPresent
    // Rules: destination is the rule, a its condition.
    case rule
    /// b: the rule's score, which was computed only if a is true.
    case scoredRule
    /// Ends the run when a rule has fired.
    case stopIfFired
}

/// One step of a program, 16 bytes.
struct Instruction: Sendable, BitwiseCopyable {
    var operation: Operation
    var destination: Int32 = 0
    var a: Int32 = 0
    var b: Int32 = 0
}
