/// Runs the test cases of a rule file, at load: a file that fails one is refused.
enum RuleTestRunner {
    static func run(_ tests: [RuleTest], _ rules: CompiledRules) throws(LoadError) {
        guard !tests.isEmpty else { return }
        let memory = ExpressionMemory(rules.program, ruleCount: rules.rules.count)
        for (index, test) in tests.enumerated() {
            do throws(Problem) { try check(test, rules, memory) } catch {
                throw LoadError(
                    .corrupt, "tests[\(index)] ('\(test.name)'): \(error.description)")
            }
        }
    }

    private struct Problem: Error { var description: String }

    private static func check(
        _ test: RuleTest, _ rules: CompiledRules, _ memory: ExpressionMemory
    ) throws(Problem) {
        memory.beginRow()
        for name in test.given.keys.sorted()
        where !rules.inputs.contains(where: { $0.name == name }) {
            let advice = Suggestion.text(for: name, among: rules.inputs.map(\.name))
            throw Problem(description: "there is no input '\(name)'\(advice)")
        }
        for (input, register) in zip(rules.inputs, rules.registers) {
            try set(input, to: test.given[input.name] ?? .null, register, memory)
        }
        let answer = rules.answer(memory)
        let fired = (0..<memory.firedCount).map { rules.rules[Int(memory.fired[$0])].id }
        var unknown = (0..<memory.unknownCount).map { rules.rules[Int(memory.unknown[$0])].id }
        if memory.baseIsUnknown { unknown.append("base") }
        if let score = test.score {
            // Sums of decimal fractions are not exact.
            let tolerance = 1e-9 * max(1, score.magnitude)
            guard (score - answer.score).magnitude <= tolerance else {
                throw Problem(
                    description: "the score is \(answer.score), not \(score); fired: \(fired)")
            }
        }
        func compare(_ what: String, _ actual: String, _ expected: String?) throws(Problem) {
            guard let expected, expected != actual else { return }
            throw Problem(
                description: "the \(what) is '\(actual)', not '\(expected)'; fired: \(fired)")
        }
        try compare("band", rules.band(answer).name, test.band)
        try compare("decision", rules.decision(answer), test.decision)
        if let expected = test.fired, Set(expected) != Set(fired) {
            throw Problem(
                description: "fired: \(fired), not \(expected)"
                    + (unknown.isEmpty ? "" : "; unknown: \(unknown)"))
        }
        if let expected = test.unknown, Set(expected) != Set(unknown) {
            throw Problem(description: "unknown: \(unknown), not \(expected)")
        }
    }

    private static func set(
        _ input: InputDeclaration, to value: JSONValue, _ register: Int, _ memory: ExpressionMemory
    ) throws(Problem) {
        let mismatch = Problem(
            description: "'\(input.name)' is \(input.type.withArticle), not \(value.kindName)")
        guard value != .null else {
            guard input.allowsMissing else {
                throw Problem(description: "'\(input.name)' is not given, but must not be missing")
            }
            if input.type == .text {
                memory.texts[register] = .missing
            } else {
                memory.scalars[register] = .nan
            }
            return
        }
        switch input.type {
        case .text:
            guard let text = value.string else { throw mismatch }
            memory.texts[register] =
                text.isEmpty ? .missing : memory.arena.append(text.utf8Span.span)
        case .boolean:
            guard let bool = value.bool else { throw mismatch }
            memory.scalars[register] = bool ? 1 : 0
        case .timestamp:
            guard let time = value.double ?? value.string.flatMap(Timestamp.milliseconds) else {
                throw mismatch
            }
            memory.scalars[register] = time
        case .integer:
            guard let integer = value.integer else { throw mismatch }
            memory.scalars[register] = Double(integer)
        case .number, .duration:
            guard let number = value.double else { throw mismatch }
            memory.scalars[register] = number
        }
    }
}
