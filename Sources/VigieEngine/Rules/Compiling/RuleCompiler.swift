/// From a ``RuleSet`` to ``CompiledRules``: reads, checks and compiles the expressions.
struct RuleCompiler {
    private let set: RuleSet
    private var builder = ProgramBuilder()
    /// For each input and named sub-expression: the inputs that it depends on.
    private var dependencies: [String: Set<Int>] = [:]
    private var checks: RuleChecks
    private var used: Set<String> = []

    static func compile(_ set: RuleSet) throws(LoadError) -> CompiledRules {
        var compiler = RuleCompiler(set: set)
        return try compiler.compile()
    }

    private init(set: RuleSet) {
        self.set = set
        checks = RuleChecks(set)
    }

    private mutating func compile() throws(LoadError) -> CompiledRules {
        guard !set.inputs.isEmpty else {
            throw LoadError(.corrupt, "inputs: expected at least one")
        }
        var registers: [Int] = []
        for (index, input) in set.inputs.enumerated() {
            guard let register = builder.addInput(input.name, input.type) else {
                throw LoadError(.corrupt, "inputs[\(index)]: '\(input.name)' appears twice")
            }
            registers.append(register)
            dependencies[input.name] = [index]
        }
        for list in set.lists {
            guard builder.addList(list.values, named: list.name) else {
                throw LoadError(
                    .corrupt, "lists.\(list.name): the name is that of an input, too")
            }
        }
        for definition in set.definitions { try define(definition) }
        let base = try defineBase()
        var rules: [CompiledRules.Rule] = []
        var ids: [String: Int] = [:]
        for (index, rule) in set.rules.enumerated() {
            if let first = ids.updateValue(index, forKey: rule.id) {
                throw LoadError(
                    .corrupt,
                    "rules[\(index)].id: '\(rule.id)' is that of rules[\(first)], too")
            }
            var score = Double.nan
            if case .number(let value) = rule.score { score = value }
            rules.append(
                CompiledRules.Rule(
                    id: rule.id, score: score, decision: rule.decision, reason: rule.reason,
                    inputs: []))
        }
        // By priority, then as in the file.
        let order = set.rules.indices.sorted {
            (-set.rules[$0].priority, $0) < (-set.rules[$1].priority, $1)
        }
        for index in order {
            let inputs = try compile(set.rules[index], at: index)
            rules[index].inputs = inputs.sorted()
        }
        checks.finish(used: used)
        guard builder.code.count <= RuleLimits.instructionsMax, let program = builder.finish()
        else { throw LoadError(.limit, "the rules take more memory than the engine gives") }
        return CompiledRules(
            policy: set.policy, inputs: set.inputs, registers: registers, rules: rules,
            scores: rules.map(\.score), baseRegister: base, bands: set.bands,
            fallback: set.fallback, program: program, warnings: checks.warnings)
    }

    private mutating func define(_ definition: RuleSet.Definition) throws(LoadError) {
        let path = "let.\(definition.name)"
        let (node, inputs) = try check(definition.expression, path)
        guard builder.define(definition.name, node) else {
            throw LoadError(.corrupt, "\(path): the name is that of an input or a list, too")
        }
        dependencies[definition.name] = inputs
        checks.definition(definition.name, node)
    }

    /// The base score's register. The name is none that a file can give: it holds a control.
    private mutating func defineBase() throws(LoadError) -> Int {
        let node: TypedNode
        switch set.base {
        case .number(let value):
            node = TypedNode(kind: .scalar(value), type: .number, isConstant: true)
        case .expression(let text): node = try check(text, "base", wanted: .number).node
        }
        _ = builder.define("\u{1}base", node)
        return builder.scope.values["\u{1}base"]?.register ?? 0
    }

    /// What an expression must give.
    private enum Wanted: String {
        case boolean = "a boolean"
        case number = "a number"

        func includes(_ type: ValueType) -> Bool {
            self == .boolean ? type == .boolean : type.isNumeric
        }
    }

    /// Reads and checks an expression; the inputs that it depends on.
    private mutating func check(
        _ text: String, _ path: String, wanted: Wanted? = nil
    ) throws(LoadError) -> (node: TypedNode, inputs: Set<Int>) {
        do throws(ExpressionError) {
            let parsed = try ExpressionParser.parse(text)
            let node = try builder.check(parsed, text)
            if let wanted, !wanted.includes(node.type) {
                throw ExpressionError(
                    "expected \(wanted.rawValue), not \(node.type.withArticle)",
                    in: Array(text.utf8), at: parsed.place)
            }
            var inputs: Set<Int> = []
            for name in parsed.names {
                used.insert(name)
                inputs.formUnion(dependencies[name] ?? [])
            }
            return (node, inputs)
        } catch { throw LoadError(error.isLimit ? .limit : .corrupt, "\(path): \(error)") }
    }

    /// - Returns: the inputs that the rule depends on.
    private mutating func compile(
        _ rule: RuleSet.Rule, at index: Int
    ) throws(LoadError) -> Set<Int> {
        let path = "rules[\(index)] ('\(rule.id)')"
        var (condition, inputs) = try check(rule.when, "\(path).when", wanted: .boolean)
        var score: TypedNode?
        if case .expression(let text) = rule.score {
            let checked = try check(text, "\(path).score", wanted: .number)
            score = checked.node
            inputs.formUnion(checked.inputs)
        }
        checks.rule(index, condition)
        condition = try limited(condition, rule, path)
        if rule.isEnabled { emit(condition, score, rule: index) }
        return inputs
    }

    /// The condition, and that now is when the rule holds.
    private mutating func limited(
        _ condition: TypedNode, _ rule: RuleSet.Rule, _ path: String
    ) throws(LoadError) -> TypedNode {
        guard rule.from != nil || rule.until != nil else { return condition }
        used.insert("now")
        guard let now = builder.scope.values["now"], now.type == .timestamp else {
            throw LoadError(
                .corrupt,
                "\(path): 'from' and 'until' need an input 'now' of the type 'timestamp'")
        }
        let time = TypedNode(kind: .register(now.register), type: .timestamp, isConstant: false)
        func constant(_ value: Double) -> TypedNode {
            TypedNode(kind: .scalar(value), type: .timestamp, isConstant: true)
        }
        func both(_ a: TypedNode, _ b: TypedNode) -> TypedNode {
            TypedNode(kind: .and(a, b), type: .boolean, isConstant: false)
        }
        var whole = condition
        if let until = rule.until {
            let test = TypedNode(
                kind: .scalar2(.less, time, constant(until)), type: .boolean, isConstant: false)
            whole = both(test, whole)
        }
        if let from = rule.from {
            let test = TypedNode(
                kind: .scalar2(.lessOrEqual, constant(from), time), type: .boolean,
                isConstant: false)
            whole = both(test, whole)
        }
        return whole
    }

    private mutating func emit(_ condition: TypedNode, _ score: TypedNode?, rule: Int) {
        builder.withTemporaries { builder in
            let holds = builder.scalar(condition)
            if let score {
                let toEnd = builder.emit(.jumpIfFalse, 0, holds)
                builder.emit(.scoredRule, rule, holds, builder.scalar(score))
                builder.land(toEnd)
            } else {
                builder.emit(.rule, rule, holds)
            }
            if set.policy == .firstMatch { builder.emit(.stopIfFired) }
        }
    }
}

extension ExpressionNode {
    /// Names of inputs, named sub-expressions and lists in it.
    var names: Set<String> {
        switch kind {
        case .number, .duration, .text, .boolean: []
        case .name(let name): [name]
        case .unary(_, let operand), .isMissing(let operand): operand.names
        case .isIn(let operand, .named(let list, _)): operand.names.union([list])
        case .isIn(let operand, .inline): operand.names
        case .binary(_, let a, let b): a.names.union(b.names)
        case .between(let a, let b, let c), .conditional(let a, let b, let c):
            a.names.union(b.names).union(c.names)
        case .call(_, let arguments): arguments.reduce([]) { $0.union($1.names) }
        }
    }
}
