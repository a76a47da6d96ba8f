/// One thread's memory for one artifact: its inputs, outputs and whatever it computes in between.
///
/// Flavors subclass it for their scratch memory.
open class Workspace {
    /// One tensor for each of the artifact's inputs, to be filled before a run.
    public let inputs: [Tensor]
    /// One tensor for each of the artifact's outputs; valid until the next run.
    public let outputs: [Tensor]
    /// One value for each feature of the signature: a number; a category's index in its list; 0 or
    /// 1 for a boolean; NaN for a missing value.
    public var row: [Double]
    /// What each feature added to the log-odds, after ``Artifact/explain(_:)``.
    public var contributions: [Double]
    /// The log-odds before any feature speaks, after ``Artifact/explain(_:)``.
    public var baseValue = 0.0

    /// Empty tensors for the artifact's inputs and outputs, and a row of missing values.
    public init(_ artifact: Artifact) {
        inputs = artifact.inputs.map { Tensor(type: $0.type) }
        outputs = artifact.outputs.map { Tensor(type: $0.type) }
        let count = artifact.signature.features.count
        row = Array(repeating: .nan, count: count)
        contributions = Array(repeating: 0, count: count)
    }

    /// For flavors that hold the tensors in other places too.
    /// - Parameters:
    ///   - inputs: one for each of the artifact's inputs, of its type.
    ///   - outputs: one for each of the artifact's outputs, of its type.
    public init(_ artifact: Artifact, inputs: [Tensor], outputs: [Tensor]) {
        self.inputs = inputs
        self.outputs = outputs
        let count = artifact.signature.features.count
        row = Array(repeating: .nan, count: count)
        contributions = Array(repeating: 0, count: count)
    }
}
