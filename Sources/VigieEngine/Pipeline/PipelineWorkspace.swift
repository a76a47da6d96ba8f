/// One thread's memory for a ``PipelineArtifact``.
final class PipelineWorkspace: Workspace {
    /// By the pipeline's values, inputs first.
    let values: [Tensor]
    /// By its members.
    let members: [Workspace]
    /// By its expressions.
    let memories: [ExpressionMemory]
    /// What each value adds to the score a unit, while a row is explained.
    var weights: [Double]
    /// What each value would be if no feature spoke, while a row is explained.
    var bases: [Double]
    /// What members said, by the values they gave, while a row is explained.
    var scores: [Double]

    init(_ artifact: PipelineArtifact) {
        values = artifact.plan.values.map { Tensor(type: $0.type == .text ? .string : .float64) }
        members = artifact.plan.members.map { $0.makeWorkspace() }
        memories = artifact.plan.programs.map { ExpressionMemory($0, ruleCount: 0) }
        weights = Array(repeating: 0, count: artifact.plan.values.count)
        bases = weights
        scores = weights
        super.init(artifact)
    }
}
