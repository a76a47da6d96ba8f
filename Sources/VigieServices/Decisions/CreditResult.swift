import VigieDecisions
import VigieEngine
import VigieRegistry

/// What follows from an application's score, as it is recorded.
struct CreditResult {
    let row: ScoredRow
    let probability: Double
    let points: Int32
    let outcome: DecisionOutcome
    let reasons: RankedReasons

    /// Nil when the score stands for no probability: the answer is an error then.
    init?(
        _ model: LoadedModel, _ row: ScoredRow, _ contributions: [Double],
        scratch: inout ReasonScratch
    ) {
        let probability = model.manifest.calibration.probability(
            score: row.score, model.artifact.link)
        guard !probability.isNaN, let scale = model.manifest.scorecard,
            let thresholds = model.manifest.decision
        else { return nil }
        self.row = row
        self.probability = probability
        points = scale.points(probability: probability)
        outcome =
            switch thresholds.decide(probability: probability) {
            case .approve: .approve
            case .refer: .refer
            case .decline: .decline
            }
        reasons =
            model.artifact.explainsRows
            ? model.reasons.rank(contributions, scratch: &scratch) : RankedReasons()
    }
}

extension DraftBytes {
    /// Adds a part that holds reasons, the heaviest first.
    mutating func part(reasons: RankedReasons) {
        beginReasons(reasons.count)
        for index in 0..<reasons.count {
            let reason = reasons[index]
            reasonItem(
                reason: reason.reason, feature: reason.feature, contribution: reason.contribution)
        }
    }
}
