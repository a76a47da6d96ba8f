extension RolloutSpec {
    /// What is allowed, but may not be meant.
    package var warnings: [SpecProblem] {
        var warnings: [SpecProblem] = []
        var last = 0
        for (index, step) in strategy.steps.enumerated() {
            guard case .weight(let weight) = step.traffic else { continue }
            if weight < last {
                warnings.append(
                    SpecProblem(
                        "spec.strategy.steps[\(index)].weight",
                        "is \(weight), less than the \(last) of a step before"))
            }
            last = weight
        }
        if canary == nil {
            if let weight = routing.weight, weight > 0 {
                warnings.append(
                    SpecProblem("spec.routing.weight", "has no effect: there is no canary"))
            }
            for (index, rule) in routing.rules.enumerated() where rule.target == .canary {
                warnings.append(
                    SpecProblem(
                        "spec.routing.rules[\(index)].to", "has no effect: there is no canary"))
            }
        }
        if routing.weight != nil, !strategy.steps.isEmpty {
            warnings.append(
                SpecProblem(
                    "spec.routing.weight", "holds the steps: they do not move the weight"))
        }
        for (index, analysis) in strategy.analysis.enumerated()
        where analysis.startingStep >= max(strategy.steps.count, 1) {
            warnings.append(
                SpecProblem(
                    "spec.strategy.analysis[\(index)].startingStep",
                    "is \(analysis.startingStep), but there are \(strategy.steps.count) steps"))
        }
        return warnings
    }
}
