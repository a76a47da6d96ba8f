import Foundation

@testable import VigieEngine

/// A value as the language's documentation has it; missing and unknown are one case.
enum ReferenceValue: Equatable {
    case missing
    case number(Double)
    case boolean(Bool)
    case text(String)
}

/// Evaluates the parsed tree by the documentation, without the checker, the compiler or the
/// interpreter: slow, plain, and another program than the one it is compared with.
struct ReferenceEvaluator {
    var values: [String: ReferenceValue]
    var lists: [String: [ListMember]]

    func evaluate(_ node: ExpressionNode) -> ReferenceValue {
        switch node.kind {
        case .number(let value, _), .duration(let value): return .number(value)
        case .text(let text): return .text(text)
        case .boolean(let value): return .boolean(value)
        case .name(let name): return values[name] ?? .missing
        case .unary(.negate, let operand): return number(evaluate(operand)) { -$0 }
        case .unary(.not, let operand):
            guard case .boolean(let value) = evaluate(operand) else { return .missing }
            return .boolean(!value)
        case .binary(let operation, let left, let right):
            return binary(operation, evaluate(left), evaluate(right))
        case .isMissing(let operand): return .boolean(evaluate(operand) == .missing)
        case .isIn(let operand, let list): return isIn(evaluate(operand), list)
        case .between(let operand, let low, let high):
            let value = evaluate(operand)
            return binary(
                .and, binary(.greaterOrEqual, value, evaluate(low)),
                binary(.lessOrEqual, value, evaluate(high)))
        case .conditional(let condition, let yes, let no):
            guard case .boolean(let value) = evaluate(condition) else { return .missing }
            return evaluate(value ? yes : no)
        case .call(let name, let arguments): return call(name, arguments.map(evaluate))
        }
    }

    private func number(_ value: ReferenceValue, _ body: (Double) -> Double) -> ReferenceValue {
        guard case .number(let number) = value else { return .missing }
        let result = body(number)
        return result.isNaN ? .missing : .number(result)
    }

    private func binary(
        _ operation: BinaryOperator, _ left: ReferenceValue, _ right: ReferenceValue
    ) -> ReferenceValue {
        switch operation {
        case .and:
            if left == .boolean(false) || right == .boolean(false) { return .boolean(false) }
            return left == .missing || right == .missing ? .missing : .boolean(true)
        case .or:
            if left == .boolean(true) || right == .boolean(true) { return .boolean(true) }
            return left == .missing || right == .missing ? .missing : .boolean(false)
        default: break
        }
        switch (left, right) {
        case (.number(let a), .number(let b)): return numbers(operation, a, b)
        case (.boolean(let a), .boolean(let b)):
            return .boolean(operation == .equal ? a == b : a != b)
        case (.text(let a), .text(let b)): return texts(operation, Array(a.utf8), Array(b.utf8))
        default: return .missing
        }
    }

    private func numbers(_ operation: BinaryOperator, _ a: Double, _ b: Double) -> ReferenceValue {
        let result: Double
        switch operation {
        case .equal: return .boolean(a == b)
        case .notEqual: return .boolean(a != b)
        case .less: return .boolean(a < b)
        case .lessOrEqual: return .boolean(a <= b)
        case .greater: return .boolean(a > b)
        case .greaterOrEqual: return .boolean(a >= b)
        case .add: result = a + b
        case .subtract: result = a - b
        case .multiply: result = a * b
        case .divide: result = b == 0 ? .nan : a / b
        case .remainder: result = fmod(a, b)
        case .and, .or: return .missing
        }
        return result.isNaN ? .missing : .number(result)
    }

    private func texts(_ operation: BinaryOperator, _ a: [UInt8], _ b: [UInt8]) -> ReferenceValue {
        switch operation {
        case .equal: .boolean(a == b)
        case .notEqual: .boolean(a != b)
        case .less: .boolean(a.lexicographicallyPrecedes(b))
        case .lessOrEqual: .boolean(!b.lexicographicallyPrecedes(a))
        case .greater: .boolean(b.lexicographicallyPrecedes(a))
        case .greaterOrEqual: .boolean(!a.lexicographicallyPrecedes(b))
        default: .missing
        }
    }

    private func isIn(_ value: ReferenceValue, _ list: ExpressionNode.List) -> ReferenceValue {
        let members: [ListMember]
        switch list {
        case .named(let name, _): members = lists[name] ?? []
        case .inline(let inline): members = inline
        }
        switch value {
        case .missing, .boolean: return .missing
        case .text(let text):
            return .boolean(
                members.contains {
                    if case .text(let member) = $0 {
                        Array(member.utf8) == Array(text.utf8)
                    } else {
                        false
                    }
                })
        case .number(let number):
            return .boolean(
                members.contains {
                    if case .range(let low, let high) = $0 {
                        low <= number && number <= high
                    } else {
                        false
                    }
                })
        }
    }

    private func call(_ name: String, _ arguments: [ReferenceValue]) -> ReferenceValue {
        if name == "coalesce" { return arguments.first { $0 != .missing } ?? .missing }
        let numbers = arguments.compactMap { if case .number(let x) = $0 { x } else { nil } }
        let texts = arguments.compactMap { if case .text(let x) = $0 { x } else { nil } }
        guard numbers.count == arguments.count || texts.count == arguments.count else {
            return .missing
        }
        func result(_ value: Double) -> ReferenceValue { value.isNaN ? .missing : .number(value) }
        switch name {
        case "abs": return result(fabs(numbers[0]))
        case "floor": return result(floor(numbers[0]))
        case "ceil": return result(ceil(numbers[0]))
        case "round": return result(round(numbers[0]))
        case "sqrt": return result(sqrt(numbers[0]))
        case "log": return result(numbers[0] <= 0 ? .nan : log(numbers[0]))
        case "exp": return result(exp(numbers[0]))
        case "pow": return result(pow(numbers[0], numbers[1]))
        case "min": return result(numbers.min() ?? .nan)
        case "max": return result(numbers.max() ?? .nan)
        case "length": return result(Double(texts[0].unicodeScalars.count))
        case "lower": return .text(texts[0].lowercased())
        case "upper": return .text(texts[0].uppercased())
        case "starts_with": return .boolean(texts[0].utf8.starts(with: Array(texts[1].utf8)))
        case "ends_with":
            return .boolean(texts[0].utf8.reversed().starts(with: Array(texts[1].utf8).reversed()))
        case "contains": return .boolean(texts[1].isEmpty || texts[0].contains(texts[1]))
        default: return .missing
        }
    }
}
