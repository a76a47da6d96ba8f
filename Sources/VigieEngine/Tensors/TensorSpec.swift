/// What an artifact takes or gives under one name.
public struct TensorSpec: Sendable, Equatable {
    /// Unique among an artifact's inputs, or its outputs.
    public let name: String
    /// The type of its elements.
    public let type: ElementType
    /// The extents; -1 stands for any.
    public let shape: [Int]
    /// Whether a request may leave this input out, which the artifact then sees as
    /// ``Tensor/isAbsent``. Outputs are never optional.
    public let isOptional: Bool
    /// Of an output: whether NaN is an ordinary answer, a missing value, and no sign of a broken
    /// model.
    public let mayBeMissing: Bool

    /// - Parameter shape: extents, -1 for any.
    public init(
        name: String, type: ElementType, shape: [Int], isOptional: Bool = false,
        mayBeMissing: Bool = false
    ) {
        self.name = name
        self.type = type
        self.shape = shape
        self.isOptional = isOptional
        self.mayBeMissing = mayBeMissing
    }
}
