/// A forest's leaves by the numbers that the kernels give them.
struct ForestLeaves {
    /// Where each leaf has one weight: these, in either precision.
    private(set) var weights32: [Float] = []
    private(set) var weights64: [Double] = []
    /// Else where a leaf's weights begin and end.
    private(set) var ranges: [SIMD2<UInt32>] = []
    private(set) var manyWeights: [Double] = []
    private(set) var manyTargets: [UInt32] = []
    /// Leaves so far.
    private(set) var count = 0

    private enum Kind {
        case float, double, many
    }

    private let source: TreeEnsembleBuilder
    private let kind: Kind

    /// - Parameter isSimple: whether each leaf has one weight.
    init(_ source: TreeEnsembleBuilder, isSimple: Bool) {
        self.source = source
        kind = isSimple ? source.precision == .float32 ? .float : .double : .many
    }

    /// Makes room for so many leaves, unless they have many weights.
    mutating func reserve(_ count: Int) {
        switch kind {
        case .float: weights32.reserveCapacity(count)
        case .double: weights64.reserveCapacity(count)
        case .many: break
        }
    }

    /// Adds leaves of consecutive numbers, all to be set.
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

    /// What the leaf says, in all of these slots.
    mutating func set(_ slots: Range<Int>, _ leaf: TreeNode) {
        switch kind {
        case .float:
            let weight = Float(leaf.weight?.weight ?? 0)
            for slot in slots { weights32[slot] = weight }
        case .double:
            let weight = leaf.weight?.weight ?? 0
            for slot in slots { weights64[slot] = weight }
        case .many:
            let first = UInt32(manyWeights.count)
            source.forEachWeight(of: leaf) { weight in
                manyWeights.append(
                    source.precision == .float32 ? Double(Float(weight.weight)) : weight.weight)
                manyTargets.append(UInt32(weight.target))
            }
            for slot in slots { ranges[slot] = SIMD2(first, UInt32(manyWeights.count)) }
        }
    }

    mutating func add(_ leaf: TreeNode) {
        let slot = addSlots(1)
        set(slot..<slot + 1, leaf)
    }
}
