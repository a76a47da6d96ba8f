/// Functions.
extension TypeChecker {
    func call(
        _ name: String, _ arguments: [ExpressionNode], _ node: ExpressionNode
    ) throws(ExpressionError) -> TypedNode {
        guard let rule = FunctionTable.rules[name] else {
            throw fail(
                "there is no function '\(name)'"
                    + Suggestion.text(for: name, among: FunctionTable.rules.keys), at: node)
        }
        let what = "'\(name)'"
        func count(_ range: ClosedRange<Int>) throws(ExpressionError) {
            guard range.contains(arguments.count) else {
                let wanted =
                    range.count == 1
                    ? "\(range.lowerBound)"
                    : range.upperBound == .max
                        ? "\(range.lowerBound) or more"
                        : "\(range.lowerBound) or \(range.upperBound)"
                let noun = range == 1...1 ? "argument" : "arguments"
                throw fail("\(what) takes \(wanted) \(noun), not \(arguments.count)", at: node)
            }
        }
        switch rule {
        case .scalar(let operation, let keepsInteger):
            try count(1...1)
            let value = try numeric(arguments[0], what)
            return unary(operation, value, keepsInteger ? value.type : .number)
        case .power:
            try count(2...2)
            let base = try numeric(arguments[0], what)
            return pair(.power, base, try numeric(arguments[1], what), .number)
        case .extreme(let operation):
            try count(2...Int.max)
            let (values, type) = try alike(arguments, "the arguments of \(what)")
            guard type != .text, type != .boolean else {
                throw fail("\(what) takes values with an order, not \(type.withArticle)", at: node)
            }
            return values.dropFirst().reduce(values[0]) { pair(operation, $0, $1, type) }
        case .mean:
            try count(1...Int.max)
            var values: [TypedNode] = []
            for argument in arguments { values.append(try numeric(argument, what)) }
            let sum = values.dropFirst().reduce(values[0]) { pair(.add, $0, $1, .number) }
            let divisor = TypedNode(
                kind: .scalar(Double(values.count)), type: .number, isConstant: true)
            return pair(.divide, sum, divisor, .number)
        case .coalesce:
            try count(2...Int.max)
            let (values, type) = try alike(arguments, "the arguments of \(what)")
            return TypedNode(
                kind: .coalesce(values), type: type, isConstant: values.allSatisfy(\.isConstant))
        case .textMap(let operation):
            try count(1...1)
            let value = try text(arguments[0], what)
            return TypedNode(
                kind: .textMap(operation, value), type: .text, isConstant: value.isConstant)
        case .length:
            try count(1...1)
            let value = try text(arguments[0], what)
            return TypedNode(
                kind: .texts1(.length, value), type: .integer, isConstant: value.isConstant)
        case .textTest(let operation):
            try count(2...2)
            let value = try text(arguments[0], what)
            let part = try text(arguments[1], what)
            return TypedNode(
                kind: .texts2(operation, value, part), type: .boolean,
                isConstant: value.isConstant && part.isConstant)
        case .calendar(let operation):
            try count(1...2)
            return try calendar(operation, arguments, what)
        case .timestamp:
            try count(1...1)
            guard case .text(let literal) = arguments[0].kind,
                let value = Timestamp.milliseconds(literal)
            else {
                throw fail(
                    "\(what) takes a literal of RFC 3339: '2026-01-31T08:00:00Z'", at: arguments[0])
            }
            return TypedNode(kind: .scalar(value), type: .timestamp, isConstant: true)
        }
    }

    private func calendar(
        _ operation: Operation, _ arguments: [ExpressionNode], _ what: String
    ) throws(ExpressionError) -> TypedNode {
        let time = try check(arguments[0])
        guard time.type == .timestamp else {
            throw fail("\(what) takes a timestamp, not \(time.type.withArticle)", at: arguments[0])
        }
        var offset = 0.0
        if arguments.count > 1 {
            guard case .text(let literal) = arguments[1].kind,
                let milliseconds = Timestamp.offset(literal)
            else {
                throw fail(
                    "\(what) takes a literal offset from UTC: '+02:00', 'Z'", at: arguments[1])
            }
            offset = milliseconds
        }
        let constant = TypedNode(kind: .scalar(offset), type: .duration, isConstant: true)
        return pair(operation, time, constant, .integer)
    }
}
