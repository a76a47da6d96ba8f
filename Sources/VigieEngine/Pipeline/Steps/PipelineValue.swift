/// Something that a pipeline knows of each row: an input, or what a step gave.
struct PipelineValue: Sendable {
    var name: String
    /// Texts are kept as BYTES, all else as FP64 with NaN for missing.
    var type: ValueType
}
