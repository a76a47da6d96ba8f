/// Finds an expression's names and checks its types.
struct TypeChecker {
    let text: [UInt8]
    let scope: ExpressionScope
    /// Takes an inline list into the program.
    let addList: (ValueList) -> Int
    /// Lists of the program, for their types.
    let list: (Int) -> ValueList

    func check(_ node: ExpressionNode) throws(ExpressionError) -> TypedNode {
        switch node.kind {
        case .number(let value, let isInteger):
            return TypedNode(
                kind: .scalar(value), type: isInteger ? .integer : .number, isConstant: true)
        case .duration(let value):
            return TypedNode(kind: .scalar(value), type: .duration, isConstant: true)
        case .text(let value): return TypedNode(kind: .text(value), type: .text, isConstant: true)
        case .boolean(let value):
            return TypedNode(kind: .scalar(value ? 1 : 0), type: .boolean, isConstant: true)
        case .name(let name): return try value(named: name, node)
        case .unary(.negate, let operand): return try negate(operand)
        case .unary(.not, let operand):
            let operand = try boolean(operand, "'not'")
            return unary(.not, operand, .boolean)
        case .binary(let operation, let left, let right):
            return try binary(operation, left, right, node)
        case .isMissing(let operand):
            let operand = try check(operand)
            if operand.type == .text {
                return TypedNode(
                    kind: .texts1(.textIsMissing, operand), type: .boolean,
                    isConstant: operand.isConstant)
            }
            return unary(.isMissing, operand, .boolean)
        case .isIn(let operand, let list): return try isIn(operand, list, node)
        case .between(let operand, let low, let high):
            let atLeast = try binary(.greaterOrEqual, operand, low, node)
            let atMost = try binary(.lessOrEqual, operand, high, node)
            return TypedNode(
                kind: .and(atLeast, atMost), type: .boolean,
                isConstant: atLeast.isConstant && atMost.isConstant)
        case .conditional(let condition, let yes, let no):
            let condition = try boolean(condition, "a condition")
            let (values, type) = try alike([yes, no], "the two values of a condition")
            return TypedNode(
                kind: .conditional(condition, values[0], values[1]), type: type,
                isConstant: condition.isConstant && values.allSatisfy(\.isConstant))
        case .call(let name, let arguments): return try call(name, arguments, node)
        }
    }

    func fail(_ problem: String, at node: ExpressionNode) -> ExpressionError {
        fail(problem, at: node.place)
    }

    func fail(_ problem: String, at place: Range<Int>) -> ExpressionError {
        ExpressionError(problem, in: text, at: place)
    }

    func unary(_ operation: Operation, _ operand: TypedNode, _ type: ValueType) -> TypedNode {
        TypedNode(kind: .scalar1(operation, operand), type: type, isConstant: operand.isConstant)
    }

    func pair(
        _ operation: Operation, _ left: TypedNode, _ right: TypedNode, _ type: ValueType
    ) -> TypedNode {
        TypedNode(
            kind: .scalar2(operation, left, right), type: type,
            isConstant: left.isConstant && right.isConstant)
    }

    // MARK: Names

    private func value(named name: String, _ node: ExpressionNode) throws(ExpressionError)
        -> TypedNode
    {
        if let value = scope.values[name] {
            let kind: TypedNode.Kind =
                value.type == .text ? .textRegister(value.register) : .register(value.register)
            return TypedNode(kind: kind, type: value.type, isConstant: false)
        }
        if scope.lists[name] != nil {
            throw fail("'\(name)' is a list, which stands after 'in' only", at: node)
        }
        if FunctionTable.rules[name] != nil {
            throw fail("'\(name)' is a function: it needs '(…)' after it", at: node)
        }
        let near = Suggestion.text(for: name, among: scope.values.keys)
        throw fail(
            "there is no input and no \"let\" called '\(name)'"
                + (near.isEmpty ? Keyword.suggestion(for: name) : near), at: node)
    }

    private func isIn(
        _ operand: ExpressionNode, _ reference: ExpressionNode.List, _ node: ExpressionNode
    ) throws(ExpressionError) -> TypedNode {
        let value = try check(operand)
        let index: Int
        switch reference {
        case .named(let name, let place):
            guard let known = scope.lists[name] else {
                throw fail(
                    "there is no list called '\(name)'"
                        + Suggestion.text(for: name, among: scope.lists.keys), at: place)
            }
            index = known
        case .inline(let members):
            guard let list = ValueList(members) else {
                throw fail("a list holds texts or numbers, not both", at: node)
            }
            index = addList(list)
        }
        switch list(index) {
        case .texts:
            guard value.type == .text else {
                throw fail(
                    "a list of texts is searched for \(value.type.withArticle)", at: operand)
            }
        case .numbers:
            guard value.type.isNumeric else {
                throw fail(
                    "a list of numbers is searched for \(value.type.withArticle)", at: operand)
            }
        }
        return TypedNode(
            kind: .isIn(value, list: index), type: .boolean, isConstant: value.isConstant)
    }

    // MARK: Types

    func boolean(_ node: ExpressionNode, _ what: String) throws(ExpressionError) -> TypedNode {
        let typed = try check(node)
        guard typed.type == .boolean else {
            throw fail("\(what) takes a boolean, not \(typed.type.withArticle)", at: node)
        }
        return typed
    }

    func numeric(_ node: ExpressionNode, _ what: String) throws(ExpressionError) -> TypedNode {
        let typed = try check(node)
        guard typed.type.isNumeric else {
            throw fail("\(what) takes a number, not \(typed.type.withArticle)", at: node)
        }
        return typed
    }

    func text(_ node: ExpressionNode, _ what: String) throws(ExpressionError) -> TypedNode {
        let typed = try check(node)
        guard typed.type == .text else {
            throw fail("\(what) takes a text, not \(typed.type.withArticle)", at: node)
        }
        return typed
    }

    /// Values of one type; integers beside numbers are numbers.
    func alike(
        _ nodes: [ExpressionNode], _ what: String
    ) throws(ExpressionError) -> ([TypedNode], ValueType) {
        var values: [TypedNode] = []
        var type: ValueType?
        for node in nodes {
            let value = try check(node)
            if let known = type, known != value.type {
                guard known.isNumeric, value.type.isNumeric else {
                    throw fail(
                        "\(what) must be of one type: \(known.withArticle) and then "
                            + "\(value.type.withArticle)", at: node)
                }
                type = .number
            } else {
                type = value.type
            }
            values.append(value)
        }
        return (values, type ?? .number)
    }
}
