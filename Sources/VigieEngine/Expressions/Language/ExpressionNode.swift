/// An expression as it was written: names are not looked up yet, nor types known.
struct ExpressionNode {
    indirect enum Kind {
        case number(Double, isInteger: Bool)
        /// In milliseconds.
        case duration(Double)
        case text(String)
        case boolean(Bool)
        case name(String)
        case unary(UnaryOperator, ExpressionNode)
        case binary(BinaryOperator, ExpressionNode, ExpressionNode)
        case isMissing(ExpressionNode)
        case isIn(ExpressionNode, List)
        case between(ExpressionNode, low: ExpressionNode, high: ExpressionNode)
        case conditional(ExpressionNode, then: ExpressionNode, else: ExpressionNode)
        case call(String, [ExpressionNode])
    }

    /// What follows `in`.
    enum List {
        case named(String, place: Range<Int>)
        case inline([ListMember])
    }

    var kind: Kind
    /// Bytes of the text that it was read from.
    var place: Range<Int>
    /// Of the tree from here down.
    var depth: Int
}

enum UnaryOperator: String { case negate = "-", not }

enum BinaryOperator: String {
    case or, and
    case equal = "==", notEqual = "!=", less = "<", lessOrEqual = "<=", greater = ">"
    case greaterOrEqual = ">="
    case add = "+", subtract = "-", multiply = "*", divide = "/", remainder = "%"

    var isComparison: Bool {
        switch self {
        case .equal, .notEqual, .less, .lessOrEqual, .greater, .greaterOrEqual: true
        default: false
        }
    }
}

/// One element of a list: a text, a number, or a range of numbers, ends included.
enum ListMember: Equatable {
    case text(String)
    case range(Double, Double)
}
