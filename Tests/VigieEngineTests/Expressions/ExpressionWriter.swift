import TestRandom

@testable import VigieEngine

/// Writes random expressions of a type, as text; and any tree as text that reads back to it.
struct ExpressionWriter {
    var random: SplitMix

    static let numbers = ["x", "y", "card.count_1h"]
    static let booleans = ["flag", "`is new`"]
    static let texts = ["country", "name"]
    static let textLiterals = ["'FR'", "'é'", "''", #"'it\'s'"#, "\"Éa\"", "'aé'"]

    private mutating func pick<T>(_ choices: [T]) -> T {
        choices[Int(random.next() % UInt64(choices.count))]
    }

    mutating func number(_ depth: Int) -> String {
        guard depth > 0, random.next() % 6 > 0 else {
            return pick(Self.numbers + ["0", "1", "2.5", "7", "1e3", "-3", "0.1"])
        }
        let d = depth - 1
        switch random.next() % 10 {
        case 0...3: return "(\(number(d)) \(pick(["+", "-", "*", "/", "%"])) \(divisor(d)))"
        case 4: return "-\(number(d))"
        case 5:
            return "\(pick(["abs", "floor", "ceil", "round", "sqrt", "log", "exp"]))(\(number(d)))"
        case 6: return "\(pick(["min", "max"]))(\(number(d)), \(number(d)), \(number(d)))"
        case 7: return "coalesce(\(number(d)), \(number(d)))"
        case 8: return "(if \(boolean(d)) then \(number(d)) else \(number(d)))"
        default: return random.next() % 2 == 0 ? "length(\(text(d)))" : "pow(\(number(d)), 2)"
        }
    }

    /// Not a constant, which might be zero.
    private mutating func divisor(_ depth: Int) -> String {
        "(\(pick(Self.numbers)) + \(number(depth)))"
    }

    mutating func boolean(_ depth: Int) -> String {
        guard depth > 0, random.next() % 8 > 0 else {
            return pick(Self.booleans + ["true", "false"])
        }
        let d = depth - 1
        switch random.next() % 12 {
        case 0...2: return "(\(number(d)) \(pick(["==", "!=", "<", "<=", ">", ">="])) \(number(d)))"
        case 3: return "(\(text(d)) \(pick(["==", "!=", "<", "<=", ">", ">="])) \(text(d)))"
        case 4: return "(\(boolean(d)) and \(boolean(d)))"
        case 5: return "(\(boolean(d)) or \(boolean(d)))"
        case 6: return "(not \(boolean(d)))"
        case 7: return "(\(number(d)) is \(pick(["", "not "]))missing)"
        case 8: return "(\(number(d)) \(pick(["", "not "]))in [1, 2.5, -3, 4..7, 900..1_100])"
        case 9: return "(\(text(d)) \(pick(["", "not "]))in \(pick(["risky", "['FR', 'é']"])))"
        case 10: return "(\(number(d)) \(pick(["", "not "]))between \(number(d)) and \(number(d)))"
        default:
            return "\(pick(["starts_with", "ends_with", "contains"]))(\(text(d)), \(text(d)))"
        }
    }

    mutating func text(_ depth: Int) -> String {
        guard depth > 0, random.next() % 4 > 0 else { return pick(Self.texts + Self.textLiterals) }
        let d = depth - 1
        switch random.next() % 4 {
        case 0: return "lower(\(text(d)))"
        case 1: return "upper(\(text(d)))"
        case 2: return "coalesce(\(text(d)), \(text(d)))"
        default: return "(\(boolean(d)) ? \(text(d)) : \(text(d)))"
        }
    }

    /// A tree as text that reads back to the same one: everything in parentheses.
    static func print(_ node: ExpressionNode) -> String {
        switch node.kind {
        case .number(let value, let isInteger): return isInteger ? "\(Int(value))" : "\(value)"
        case .duration(let value): return "\(Int(value))ms"
        case .text(let text):
            let escaped = text.map { $0 == "'" || $0 == "\\" ? "\\\($0)" : "\($0)" }.joined()
            return "'\(escaped)'"
        case .boolean(let value): return "\(value)"
        case .name(let name): return "`\(name)`"
        case .unary(let operation, let operand): return "(\(operation.rawValue) \(print(operand)))"
        case .binary(let operation, let a, let b):
            return "(\(print(a)) \(operation.rawValue) \(print(b)))"
        case .isMissing(let operand): return "(\(print(operand)) is missing)"
        case .isIn(let operand, .named(let list, _)): return "(\(print(operand)) in `\(list)`)"
        case .isIn(let operand, .inline(let members)):
            let list = members.map { member in
                switch member {
                case .text(let text): "'\(text)'"
                case .range(let low, let high): low == high ? "\(low)" : "\(low)..\(high)"
                }
            }
            return "(\(print(operand)) in [\(list.joined(separator: ", "))])"
        case .between(let x, let low, let high):
            return "(\(print(x)) between \(print(low)) and \(print(high)))"
        case .conditional(let c, let a, let b): return "(\(print(c)) ? \(print(a)) : \(print(b)))"
        case .call(let name, let arguments):
            return "\(name)(\(arguments.map(print).joined(separator: ", ")))"
        }
    }
}
