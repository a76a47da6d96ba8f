/// What the rules say of one row, beside ``ExpressionMemory/fired``.
struct RuleAnswer {
    var score: Double
    /// The score if no rule had fired.
    var base: Double
    /// Among ``CompiledRules/bands``; -1 is the default.
    var band: Int
    /// The fired rule whose decision goes before the band's; -1 is none.
    var decidingRule: Int
}

extension CompiledRules {
    /// Evaluates the row whose inputs are in `memory`.
    func answer(_ memory: ExpressionMemory) -> RuleAnswer {
        Interpreter.run(program, memory, ruleScores: scores)
        var base = memory.scalars[baseRegister]
        let baseIsUnknown = base.isNaN
        if baseIsUnknown { base = 0 }
        var score = base
        var deciding = -1
        for index in 0..<memory.firedCount {
            let own = memory.firedScores[index]
            switch policy {
            case .sum: score += own
            case .max: score = own > score ? own : score
            case .firstMatch: score = own
            }
            let rule = Int(memory.fired[index])
            if deciding < 0, rules[rule].decision != nil { deciding = rule }
        }
        memory.baseIsUnknown = baseIsUnknown
        return RuleAnswer(score: score, base: base, band: band(of: score), decidingRule: deciding)
    }

    private func band(of score: Double) -> Int {
        var low = 0
        var high = bands.count
        while low < high {
            let middle = (low + high) / 2
            if bands[middle].from <= score { low = middle + 1 } else { high = middle }
        }
        return low > 0 && score < bands[low - 1].below ? low - 1 : -1
    }

    /// What is decided.
    func decision(_ answer: RuleAnswer) -> String {
        if answer.decidingRule >= 0, let decision = rules[answer.decidingRule].decision {
            return decision
        }
        return band(answer).decision
    }

    func band(_ answer: RuleAnswer) -> RuleSet.Band {
        answer.band >= 0 ? bands[answer.band] : fallback
    }
}
