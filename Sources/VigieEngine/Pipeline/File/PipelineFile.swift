/// A pipeline as it was written, `pipeline.json`:
///
///     {"format": "vigie-pipeline", "formatVersion": 1,
///      "inputs": [{"name": "amount"}, …],
///      "members": {"trees": {"model": "fraud-trees", "version": 3, "manifestSHA256": "…"}},
///      "steps": [
///        {"name": "trees.p", "member": "trees", "take": "response", "features": {"x": "amount"}},
///        {"member": "rules", "inputs": {"model.p": "trees.p", "input": ["amount", "hour"]},
///         "outputs": {"points": "score", "second": {"tensor": "output", "column": 1}}},
///        {"name": "total", "expression": "100 * trees.p + points"},
///        {"name": "q", "of": "trees.p", "calibration": {"method": "platt", "slope": 1, "intercept": 0}}],
///      "outputs": [{"name": "score", "value": "total"}],
///      "score": {"value": "total", "link": "identity", "explain": "trees.p"}}
///
/// Sources/pipelines (`published/pipeline_file.py`) writes such files and says what each key means.
struct PipelineFile {
    /// How a member is asked.
    enum Taking: String, CaseIterable {
        /// Its row view's score: log-odds of a classifier, the prediction of a regressor.
        case score
        /// What the score stands for: a probability, an anomaly score.
        case response
    }

    /// A column of a member's output.
    struct Taken {
        var value: String
        var tensor: String
        var column: Int
    }

    enum Action {
        /// The row view of a member; `features`: which value each feature of it is, by name, where
        /// it is not the value of the feature's own name.
        case row(member: String, Taking, features: [(feature: String, value: String)])
        /// The tensor view; `inputs`: the values of each of its inputs.
        case tensors(
            member: String, inputs: [(tensor: String, values: [String])], outputs: [Taken])
        case expression(String)
        case platt(of: String, slope: Double, intercept: Double)
        case isotonic(of: String, x: [Double], y: [Double])
    }

    struct Step {
        /// Where it stands in the file: "steps[2]".
        var path: String
        /// What its value is called; empty for one that gives several.
        var name: String
        var action: Action
    }

    struct Output {
        var path: String
        var name: String
        var value: String
    }

    /// What the row view gives.
    struct Score {
        var value: String
        var link: ScoreLink
        /// A member's row value whose explanation stands for the score's.
        var explain: String?
    }

    var inputs: [InputDeclaration]
    var members: [PipelineMember]
    var steps: [Step]
    var outputs: [Output]
    var score: Score?
}
