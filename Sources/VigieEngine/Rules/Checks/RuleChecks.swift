/// What a rule file may do, but nobody means: found while it is compiled, shown by
/// `vigie models verify`.
struct RuleChecks {
    private let set: RuleSet
    private(set) var warnings: [String] = []
    /// By place in the file; for those whose condition is constant.
    private var constants: [Int: Double] = [:]

    init(_ set: RuleSet) { self.set = set }

    private func name(_ index: Int) -> String { "rules[\(index)] ('\(set.rules[index].id)')" }

    mutating func definition(_ name: String, _ node: TypedNode) {
        guard node.isConstant, let value = ConstantFolding.scalar(node), value.isNaN else { return }
        warnings.append("let.\(name): is always missing")
    }

    /// Rules come in the order of evaluation.
    mutating func rule(_ index: Int, _ condition: TypedNode) {
        guard set.rules[index].isEnabled else { return }
        if set.policy == .firstMatch,
            let always = constants.first(where: { $0.value == 1 })?.key
        {
            warnings.append("\(name(index)): is never reached: \(name(always)) always fires")
        }
        var value = ConstantFolding.scalar(condition)
        if value == nil, NumberIntervals.contradict(condition) { value = 0 }
        guard let value else { return }
        switch value {
        case 1:
            warnings.append("\(name(index)): always fires")
            let rule = set.rules[index]
            if rule.from == nil && rule.until == nil { constants[index] = 1 }
        case 0: warnings.append("\(name(index)): can never fire")
        default: warnings.append("\(name(index)): its condition is always unknown")
        }
    }

    /// - Parameter used: names of inputs, lists and named sub-expressions that something uses.
    mutating func finish(used: Set<String>) {
        for input in set.inputs where !used.contains(input.name) {
            warnings.append("inputs: '\(input.name)' is not used")
        }
        for list in set.lists where !used.contains(list.name) {
            warnings.append("lists.\(list.name): is not used")
        }
        for list in set.lists where list.values.count == 0 {
            warnings.append("lists.\(list.name): is empty")
        }
        for definition in set.definitions where !used.contains(definition.name) {
            warnings.append("let.\(definition.name): is not used")
        }
        for (lower, upper) in zip(set.bands, set.bands.dropFirst()) where lower.below < upper.from {
            warnings.append(
                "bands: a score from \(lower.below) to under \(upper.from) is in none: the default "
                    + "counts")
        }
        if set.policy == .firstMatch, set.rules.allSatisfy({ $0.decision == nil }),
            set.bands.isEmpty
        {
            warnings.append("rules: none has a decision, and there are no bands")
        }
    }
}
