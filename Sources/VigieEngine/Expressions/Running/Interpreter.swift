import Glibc

/// Runs a program on one row. Allocates nothing once the arena has its size.
enum Interpreter {
    /// - Parameters:
    ///   - memory: whose inputs are set; made for this program.
    ///   - ruleScores: the scores of rules that have a fixed one, by rule.
    static func run(
        _ program: borrowing ExpressionProgram, _ memory: ExpressionMemory,
        ruleScores: [Double] = []
    ) {
        let code = program.code.span
        let ruleScores = ruleScores.span
        var scalars = memory.scalars.mutableSpan
        var texts = memory.texts.mutableSpan
        var next = 0
        while next < code.count {
            let step = code[next]
            next += 1
            let destination = Int(step.destination)
            let a = Int(step.a)
            let b = Int(step.b)
            switch step.operation {
            case .move: scalars[destination] = scalars[a]
            case .add: scalars[destination] = scalars[a] + scalars[b]
            case .subtract: scalars[destination] = scalars[a] - scalars[b]
            case .multiply: scalars[destination] = scalars[a] * scalars[b]
            case .divide:
                scalars[destination] = scalars[b] == 0 ? .nan : scalars[a] / scalars[b]
            case .remainder:
                scalars[destination] = scalars[a].truncatingRemainder(dividingBy: scalars[b])
            case .negate: scalars[destination] = -scalars[a]
            case .less:
                scalars[destination] = truth(scalars[a] < scalars[b], scalars[a], scalars[b])
            case .lessOrEqual:
                scalars[destination] = truth(scalars[a] <= scalars[b], scalars[a], scalars[b])
            case .equal:
                scalars[destination] = truth(scalars[a] == scalars[b], scalars[a], scalars[b])
            case .notEqual:
                scalars[destination] = truth(scalars[a] != scalars[b], scalars[a], scalars[b])
            case .and:
                // The left one is true or unknown, or a jump would have gone by.
                scalars[destination] = scalars[b] == 0 ? 0 : scalars[a] * scalars[b]
            case .or:
                // The left one is false or unknown.
                scalars[destination] = scalars[b] == 1 ? 1 : scalars[a] + scalars[b]
            case .not: scalars[destination] = 1 - scalars[a]
            case .isMissing: scalars[destination] = scalars[a].isNaN ? 1 : 0
            case .absolute, .round, .floor, .ceiling, .squareRoot, .logarithm, .logarithm10,
                .exponential, .logistic, .logit:
                scalars[destination] = ScalarFunction.apply(step.operation, scalars[a])
            case .power:
                // C's pow takes anything to the power of 0 for 1, a missing value too.
                let isMissing = scalars[a].isNaN || scalars[b].isNaN
                scalars[destination] = isMissing ? .nan : pow(scalars[a], scalars[b])
            case .minimum:
                let (x, y) = (scalars[a], scalars[b])
                scalars[destination] = x.isNaN || y.isNaN ? .nan : x <= y ? x : y
            case .maximum:
                let (x, y) = (scalars[a], scalars[b])
                scalars[destination] = x.isNaN || y.isNaN ? .nan : x >= y ? x : y
            case .year, .month, .day, .weekday, .hour, .minute:
                scalars[destination] = Timestamp.part(
                    step.operation, of: scalars[a], offset: scalars[b])
            case .isInNumbers:
                let value = scalars[a]
                scalars[destination] =
                    value.isNaN ? .nan : program.numberLists[b].contains(value) ? 1 : 0
            case .textMove: texts[destination] = texts[a]
            case .lower, .upper:
                let isLower = step.operation == .lower
                texts[destination] =
                    texts[a].isMissing
                    ? .missing : memory.arena.changeCase(texts[a], isLower: isLower)
            case .textEqual, .textNotEqual, .textLess, .textLessOrEqual, .startsWith, .endsWith,
                .contains:
                scalars[destination] = compare(step.operation, texts[a], texts[b], memory)
            case .textIsMissing: scalars[destination] = texts[a].isMissing ? 1 : 0
            case .length:
                scalars[destination] =
                    texts[a].isMissing ? .nan : Double(memory.arena.length(texts[a]))
            case .isInTexts:
                let value = texts[a]
                scalars[destination] =
                    value.isMissing
                    ? .nan
                    : memory.arena.withText(value) { program.textLists[b].place(of: $0) } != nil
                        ? 1 : 0
            case .jump: next = b
            case .jumpIfFalse: if scalars[a] == 0 { next = b }
            case .jumpIfTrue: if scalars[a] == 1 { next = b }
            case .jumpIfUnknown: if scalars[a].isNaN { next = b }
            case .jumpIfPresent: if !scalars[a].isNaN { next = b }
            case .jumpIfTextPresent: if !texts[a].isMissing { next = b }
            case .rule: note(destination, scalars[a], ruleScores[destination], memory)
            case .scoredRule: note(destination, scalars[a], scalars[b], memory)
            case .stopIfFired: if memory.firedCount > 0 { return }
            }
        }
    }

    /// A comparison's result: unknown when an operand is missing.
    @inline(__always)
    private static func truth(_ holds: Bool, _ a: Double, _ b: Double) -> Double {
        a == a && b == b ? (holds ? 1 : 0) : .nan
    }

    @inline(__always)
    private static func note(
        _ rule: Int, _ condition: Double, _ score: Double, _ memory: ExpressionMemory
    ) {
        if condition == 0 { return }
        if condition == 1, !score.isNaN {
            memory.fired[memory.firedCount] = Int32(truncatingIfNeeded: rule)
            memory.firedScores[memory.firedCount] = score
            memory.firedCount += 1
        } else {
            memory.unknown[memory.unknownCount] = Int32(truncatingIfNeeded: rule)
            memory.unknownCount += 1
        }
    }

    private static func compare(
        _ operation: Operation, _ a: TextRange, _ b: TextRange, _ memory: ExpressionMemory
    ) -> Double {
        guard !a.isMissing, !b.isMissing else { return .nan }
        let holds =
            switch operation {
            case .textEqual: memory.arena.equal(a, b)
            case .textNotEqual: !memory.arena.equal(a, b)
            case .textLess: memory.arena.less(a, b)
            case .textLessOrEqual: !memory.arena.less(b, a)
            case .startsWith: memory.arena.hasPrefix(a, b)
            case .endsWith: memory.arena.hasSuffix(a, b)
            default: memory.arena.contains(a, b)
            }
        return holds ? 1 : 0
    }
}
