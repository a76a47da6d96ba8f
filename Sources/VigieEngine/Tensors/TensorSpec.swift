/// What an artifact takes or gives under one name.
public struct TensorSpec: Sendable, Equatable {
    /// Unique among an artifact's inputs, or its outputs.
    public let name: String
    /// The type of its elements.
    public let type: ElementType
    /// The extents; -1 stands for any.
    public let shape: [Int]

    /// - Parameter shape: extents, -1 for any.
    public init(name: String, type: ElementType, shape: [Int]) {
        self.name = name
        self.type = type
        self.shape = shape
    }
}
