/// A rule file, checked and compiled: immutable, shared by all threads.
struct CompiledRules: Sendable {
    struct Rule: Sendable {
        var id: String
        /// NaN when the score is an expression.
        var score: Double
        var decision: String?
        var reason: RuleSet.Reason?
        /// Inputs that the condition or the score depends on, ascending.
        var inputs: [Int]
    }

    let policy: RuleSet.Policy
    let inputs: [InputDeclaration]
    /// Where each input lies: a text register for texts, else a scalar one.
    let registers: [Int]
    /// In the file's order, those that are switched off among them: their places are columns of
    /// `fired_mask`.
    let rules: [Rule]
    /// The rules' fixed scores.
    let scores: [Double]
    /// Where the base score lies after a run.
    let baseRegister: Int
    let bands: [RuleSet.Band]
    let fallback: RuleSet.Band
    let program: ExpressionProgram
    /// What is odd about the file though it can be used.
    let warnings: [String]

    /// Bytes that it occupies.
    var memoryBytes: Int {
        program.memoryBytes + rules.count * 96 + inputs.count * 96 + bands.count * 96
    }
}
