/// What an artifact takes or gives under one name.
public struct TensorSpec: Sendable, Equatable {
    public let name: String
    public let type: ElementType
    /// The extents; -1 stands for any.
    public let shape: [Int]

    public init(name: String, type: ElementType, shape: [Int]) {
        self.name = name
        self.type = type
        self.shape = shape
    }
}
