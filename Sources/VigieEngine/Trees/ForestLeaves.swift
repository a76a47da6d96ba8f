/// A forest's leaves by the numbers that the kernels give them: weights where each leaf has one, else
/// where its weights are in the builder.
struct ForestLeaves {
    private(set) var weights32: [Float] = []
    private(set) var weights64: [Double] = []
    /// Where a leaf's weights begin and end.
    private(set) var ranges: [SIMD2<UInt32>] = []
    /// Leaves so far.
    private(set) var count = 0

    private enum Kind {
        case float, double, many
    }

    private let weights: [LeafWeight]
    private let kind: Kind

    /// - Parameter isSimple: whether each leaf has one weight.
    init(_ source: TreeEnsembleBuilder, isSimple: Bool) {
        weights = source.leafWeights
        kind = isSimple ? source.precision == .float32 ? .float : .double : .many
    }

    /// Makes room for leaves of consecutive numbers, all to be set.
    /// - Returns: the first.
    mutating func addSlots(_ added: Int) -> Int {
        defer { count += added }
        switch kind {
        case .float: weights32.append(contentsOf: repeatElement(0, count: added))
        case .double: weights64.append(contentsOf: repeatElement(0, count: added))
        case .many: ranges.append(contentsOf: repeatElement(SIMD2(0, 0), count: added))
        }
        return count
    }

    /// - Parameter items: the leaf's weights in the builder, 32 bits each by its checks.
    mutating func set(_ slots: Range<Int>, _ items: Range<Int>) {
        switch kind {
        case .float:
            let weight = Float(weights[items.lowerBound].weight)
            for slot in slots { weights32[slot] = weight }
        case .double:
            let weight = weights[items.lowerBound].weight
            for slot in slots { weights64[slot] = weight }
        case .many:
            let range = SIMD2(UInt32(items.lowerBound), UInt32(items.upperBound))
            for slot in slots { ranges[slot] = range }
        }
    }

    mutating func add(_ items: Range<Int>) {
        let slot = addSlots(1)
        set(slot..<slot + 1, items)
    }
}
