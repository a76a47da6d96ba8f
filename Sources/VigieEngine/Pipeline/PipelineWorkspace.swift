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

    init(_ artifact: PipelineArtifact) {
        values = artifact.values.map { Tensor(type: $0.type == .text ? .string : .float64) }
        members = artifact.members.map { $0.makeWorkspace() }
        memories = artifact.programs.map { ExpressionMemory($0, ruleCount: 0) }
        weights = Array(repeating: 0, count: artifact.values.count)
        bases = Array(repeating: 0, count: artifact.values.count)
        super.init(artifact)
    }
}
