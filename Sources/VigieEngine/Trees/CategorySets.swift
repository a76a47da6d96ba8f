/// The sets of categories that branches test, as bits; equal sets are stored once.
struct CategorySets {
    /// What a branch tests: the set's members, and where missing values belong.
    private struct Key: Hashable {
        var words: [UInt32]
    }

    private(set) var words: [UInt32] = [0]
    private var known: [Key: Int] = [:]

    /// Stores a set.
    /// - Returns: the number of its first bit, at which category 0 is.
    mutating func add(
        _ members: ArraySlice<Int32>, missingIsMember: Bool, of categorical: TreeColumns.Categorical
    ) throws(LoadError) -> Int {
        let count = (categorical.bitCount + 31) / 32
        guard (words.count + count) * 32 <= TreeLimits.categoryBitsMax else {
            throw LoadError(
                .limit, "the sets of categories take more than \(TreeLimits.categoryBitsMax) bits")
        }
        var set = [UInt32](repeating: 0, count: count)
        for member in members { set[Int(member) / 32] |= 1 << UInt32(member % 32) }
        if missingIsMember {
            set[categorical.missingCode / 32] |= 1 << UInt32(categorical.missingCode % 32)
        }
        if let start = known[Key(words: set)] { return start }
        let start = words.count * 32
        words.append(contentsOf: set)
        known[Key(words: set)] = start
        return start
    }
}
