/// The extents of a tensor, at most eight of them, held in place: a shape costs no allocation.
public struct TensorShape: BitwiseCopyable, Sendable, Equatable {
    /// The most dimensions that a tensor has here; models of the mission use up to four.
    public static let rankMax = 8

    private var extents: SIMD8<Int>
    /// How many dimensions; 0 is a scalar.
    public private(set) var rank: Int

    /// A scalar's shape.
    public init() {
        extents = SIMD8(repeating: 1)
        rank = 0
    }

    /// - Parameter dimensions: at most ``rankMax`` extents.
    public init(_ dimensions: some Sequence<Int>) {
        self.init()
        for extent in dimensions { append(extent) }
    }

    /// The extent of dimension `index`, 0 … rank-1.
    public subscript(index: Int) -> Int {
        get {
            precondition(index >= 0 && index < rank, "dimension out of range")
            return extents[index]
        }
        set {
            precondition(index >= 0 && index < rank, "dimension out of range")
            extents[index] = newValue
        }
    }

    /// Adds a last dimension.
    public mutating func append(_ extent: Int) {
        precondition(rank < Self.rankMax, "a tensor has at most 8 dimensions")
        extents[rank] = extent
        rank += 1
    }

    /// How many elements there are; nil when that is no number of a tensor that could be held: a
    /// negative extent, or more than 2^40 elements.
    public var elementCount: Int? {
        var product = 1
        for index in 0..<rank {
            let extent = extents[index]
            guard extent >= 0 else { return nil }
            let (next, overflow) = product.multipliedReportingOverflow(by: extent)
            guard !overflow, next <= 1 << 40 else { return nil }
            product = next
        }
        return product
    }
}

extension TensorShape: CustomStringConvertible {
    /// "[2, 30]".
    public var description: String {
        "[" + (0..<rank).map { String(extents[$0]) }.joined(separator: ", ") + "]"
    }
}
