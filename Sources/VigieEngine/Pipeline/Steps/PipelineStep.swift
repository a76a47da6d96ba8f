/// A step of a pipeline, its names resolved to places.
enum PipelineStep: Sendable {
    case row(RowCall)
    case tensors(TensorCall)
    case expression(ExpressionStep)
    case map(MapStep)
}
