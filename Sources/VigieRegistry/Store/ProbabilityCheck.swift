import VigieEngine

/// Whether a model's answers can be probabilities at all, tried on synthetic rows: a regressor that
/// is to decide on applications would refuse most of them.
enum ProbabilityCheck {
    /// What is wrong; nil when nothing is, or when a row cannot be scored, of which the warm-up
    /// tells.
    static func problem(_ artifact: Artifact) -> String? {
        // Log-odds are probabilities whatever they are.
        guard artifact.link != .logit else { return nil }
        let workspace = artifact.makeWorkspace()
        for row in SyntheticRows.make(for: artifact.signature) {
            workspace.row = row.values
            guard let score = try? artifact.score(workspace), !score.isNaN else { continue }
            let answer = artifact.link.response(score)
            if answer < 0 || answer > 1 { return "answers \(answer) to \(row.label)" }
        }
        return nil
    }
}
