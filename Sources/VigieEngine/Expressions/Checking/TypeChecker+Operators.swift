/// Operators.
extension TypeChecker {
    func negate(_ operand: ExpressionNode) throws(ExpressionError) -> TypedNode {
        let value = try check(operand)
        guard value.type.isNumeric || value.type == .duration else {
            throw fail(
                "'-' takes a number or a duration, not \(value.type.withArticle)", at: operand)
        }
        return unary(.negate, value, value.type)
    }

    func binary(
        _ operation: BinaryOperator, _ left: ExpressionNode, _ right: ExpressionNode,
        _ node: ExpressionNode
    ) throws(ExpressionError) -> TypedNode {
        switch operation {
        case .and, .or:
            let what = "'\(operation.rawValue)'"
            let a = try boolean(left, what)
            let b = try boolean(right, what)
            return TypedNode(
                kind: operation == .and ? .and(a, b) : .or(a, b), type: .boolean,
                isConstant: a.isConstant && b.isConstant)
        case .equal, .notEqual, .less, .lessOrEqual, .greater, .greaterOrEqual:
            return try comparison(operation, try check(left), try check(right), node)
        case .add, .subtract, .multiply, .divide, .remainder:
            let a = try check(left)
            let b = try check(right)
            guard let (code, type) = Self.arithmetic(operation, a.type, b.type) else {
                throw fail(
                    "'\(operation.rawValue)' does not go with \(a.type.withArticle) and "
                        + "\(b.type.withArticle)\(Self.advice(operation, a.type, b.type))", at: node
                )
            }
            if operation == .divide || operation == .remainder, b.isConstant,
                ConstantFolding.scalar(b) == 0
            {
                throw fail("division by zero", at: right)
            }
            return pair(code, a, b, type)
        }
    }

    private func comparison(
        _ operation: BinaryOperator, _ left: TypedNode, _ right: TypedNode, _ node: ExpressionNode
    ) throws(ExpressionError) -> TypedNode {
        let symbol = "'\(operation.rawValue)'"
        guard left.type == right.type || left.type.isNumeric && right.type.isNumeric else {
            throw fail(
                "\(symbol) compares \(left.type.withArticle) with \(right.type.withArticle): both "
                    + "must be of one type", at: node)
        }
        let isOrdered = operation != .equal && operation != .notEqual
        guard left.type != .boolean || !isOrdered else {
            throw fail("\(symbol) takes values with an order, not booleans", at: node)
        }
        let isText = left.type == .text
        let (code, swaps): (Operation, Bool) =
            switch operation {
            case .equal: (isText ? .textEqual : .equal, false)
            case .notEqual: (isText ? .textNotEqual : .notEqual, false)
            case .less: (isText ? .textLess : .less, false)
            case .greater: (isText ? .textLess : .less, true)
            case .lessOrEqual: (isText ? .textLessOrEqual : .lessOrEqual, false)
            default: (isText ? .textLessOrEqual : .lessOrEqual, true)
            }
        let (a, b) = swaps ? (right, left) : (left, right)
        return TypedNode(
            kind: isText ? .texts2(code, a, b) : .scalar2(code, a, b), type: .boolean,
            isConstant: a.isConstant && b.isConstant)
    }

    /// The operation and its type; nil when the operands' types do not go together.
    private static func arithmetic(
        _ operation: BinaryOperator, _ left: ValueType, _ right: ValueType
    ) -> (Operation, ValueType)? {
        let both: ValueType = left == .integer && right == .integer ? .integer : .number
        let areNumbers = left.isNumeric && right.isNumeric
        switch operation {
        case .add:
            if areNumbers { return (.add, both) }
            if left == .duration && right == .duration { return (.add, .duration) }
            if left == .timestamp && right == .duration { return (.add, .timestamp) }
            if left == .duration && right == .timestamp { return (.add, .timestamp) }
        case .subtract:
            if areNumbers { return (.subtract, both) }
            if left == .duration && right == .duration { return (.subtract, .duration) }
            if left == .timestamp && right == .duration { return (.subtract, .timestamp) }
            if left == .timestamp && right == .timestamp { return (.subtract, .duration) }
        case .multiply:
            if areNumbers { return (.multiply, both) }
            if left == .duration && right.isNumeric { return (.multiply, .duration) }
            if left.isNumeric && right == .duration { return (.multiply, .duration) }
        case .divide:
            if areNumbers { return (.divide, .number) }
            if left == .duration && right.isNumeric { return (.divide, .duration) }
            if left == .duration && right == .duration { return (.divide, .number) }
        case .remainder: if areNumbers { return (.remainder, both) }
        default: return nil
        }
        return nil
    }

    private static func advice(
        _ operation: BinaryOperator, _ left: ValueType, _ right: ValueType
    ) -> String {
        if left == .timestamp && right.isNumeric || left == .duration && right.isNumeric {
            return ": durations are written 30s, 15m, 2h, 7d"
        }
        if left == .boolean || right == .boolean { return ": write 'if … then 1 else 0'" }
        return ""
    }
}
