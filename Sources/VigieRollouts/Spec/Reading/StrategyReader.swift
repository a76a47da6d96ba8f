import VigieEngine
import VigieRegistry

/// Reads `spec.strategy`.
enum StrategyReader {
    static func read(_ fields: FieldReader) -> StrategySpec {
        var strategy = StrategySpec()
        var names: Set<String> = []
        for analysis in fields.list(
            "analysis", max: RolloutLimits.analysesMax, RolloutSchema.analysis)
        {
            guard let read = AnalysisReader.read(analysis) else { continue }
            if !names.insert(read.name).inserted { analysis.refuse("name", "is there twice") }
            strategy.analysis.append(read)
        }
        let steps = fields.list("steps", max: RolloutLimits.stepsMax, RolloutSchema.step)
        strategy.steps = steps.map(step)
        checkNames(of: strategy, in: steps)
        if let node = fields.object("guard", RolloutSchema.canaryGuard) {
            strategy.canaryGuard = canaryGuard(node)
        }
        strategy.onFailure =
            fields.optional("onFailure") { (node) throws(ManifestError) in
                try node.choice(FailureAction.self)
            } ?? .rollback
        strategy.progressDeadline =
            fields.optional("progressDeadline") { (node) throws(ManifestError) in
                try node.duration(.seconds(1)...RolloutLimits.durationMax)
            } ?? StrategySpec.progressDeadlineDefault
        strategy.revisionHistoryLimit =
            fields.optional("revisionHistoryLimit") { (node) throws(ManifestError) in
                try node.integer(0...RolloutLimits.historyMax)
            } ?? StrategySpec.revisionHistoryLimitDefault
        return strategy
    }

    private static func step(_ fields: FieldReader) -> StepSpec {
        var step = StepSpec()
        if fields.has("weight"), fields.has("shadowPercent") {
            fields.refuse("shadowPercent", "goes with no 'weight': a step has one of them")
        }
        let weight = fields.optional("weight") { (node) throws(ManifestError) in
            try node.integer(0...RoutingSpec.weightMax)
        }
        let percent = fields.optional("shadowPercent") { (node) throws(ManifestError) in
            try node.number(in: 0...100)
        }
        if let weight { step.traffic = .weight(weight) }
        if let percent { step.traffic = .shadow(percent: percent) }
        step.minimumRequests =
            fields.optional("minimumRequests") { (node) throws(ManifestError) in
                try node.count()
            } ?? 0
        step.pause = fields.optional("pause", pause) ?? .duration(.zero)
        step.analysis =
            fields.optional("analysis") { (node) throws(ManifestError) -> [String] in
                var names: [String] = []
                for element in try node.elements(max: RolloutLimits.analysesMax) {
                    names.append(try element.label())
                }
                return names
            } ?? []
        return step
    }

    private static func pause(_ node: ManifestNode) throws(ManifestError) -> StepSpec.Pause {
        if node.value.string == "indefinite" { return .indefinite }
        guard let text = node.value.string, DurationText.parse(text) != nil else {
            throw node.error("must be \(DurationText.rule), or \"indefinite\"")
        }
        return .duration(try node.duration(.zero...RolloutLimits.durationMax))
    }

    /// A step may only name analyses that there are, each once.
    private static func checkNames(of strategy: StrategySpec, in steps: [FieldReader]) {
        let known = strategy.analysis.map(\.name)
        for (step, fields) in zip(strategy.steps, steps) {
            var seen: Set<String> = []
            for (index, name) in step.analysis.enumerated() {
                let place = fields.node.child("analysis").child(index)
                if !seen.insert(name).inserted {
                    fields.problems.add(place.error("is there twice"))
                } else if !known.contains(name) {
                    fields.problems.add(
                        place.error(
                            "is '\(name)', but no analysis has that name"
                                + Suggestion.text(for: name, among: known)))
                }
            }
        }
    }

    private static func canaryGuard(_ fields: FieldReader) -> GuardSpec {
        GuardSpec(
            errorRate: fields.optional("errorRate") { (node) throws(ManifestError) in
                try node.number(in: 0...1)
            },
            p99: fields.optional("p99") { (node) throws(ManifestError) in
                try node.duration(.microseconds(1)...RolloutLimits.durationMax)
            },
            nonFinite: fields.optional("nonFinite") { (node) throws(ManifestError) in
                try node.boolean()
            } ?? true,
            window: fields.optional("window") { (node) throws(ManifestError) in
                try node.duration(.milliseconds(100)...RolloutLimits.guardWindowMax)
            } ?? GuardSpec.windowDefault,
            minimumRequests: fields.optional("minimumRequests") { (node) throws(ManifestError) in
                try node.integer(1...1_000_000)
            } ?? GuardSpec.minimumRequestsDefault)
    }
}
