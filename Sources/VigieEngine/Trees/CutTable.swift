/// A forest's distinct cuts by feature, and each cut's rank among its feature's: a forest of a
/// thousand trees asks the same few hundred questions of a feature over and over.
///
/// Open addressing on feature and key; grows at half full.
struct CutTable {
    /// By number, in the order in which they were met: feature and key.
    private var cuts: [UInt64] = []
    /// Cuts where their hashes put them, and their numbers.
    private var slots: [UInt64]
    private var numbers: [Int32]
    /// By number.
    private var ranks: [Int32] = []

    /// No cut: features are fewer than that.
    private static let none = UInt64.max

    /// - Parameter branches: that will be added, most of them known by then.
    init(branches: Int) {
        var count = 64
        while count < min(branches / 2, 1 << 16) { count *= 2 }
        slots = Array(repeating: Self.none, count: count)
        numbers = Array(repeating: 0, count: count)
    }

    /// Distinct cuts so far.
    var count: Int { cuts.count }

    /// Where a cut is, or would be.
    @inline(__always)
    private func slot(_ cut: UInt64) -> Int {
        let mask = slots.count - 1
        // Fibonacci hashing (Knuth, TAOCP 3, 6.4).
        var slot = Int(truncatingIfNeeded: (cut &* 0x9E37_79B9_7F4A_7C15) >> 32) & mask
        while slots[slot] != cut, slots[slot] != Self.none { slot = (slot + 1) & mask }
        return slot
    }

    /// Adds a cut, if it is new.
    /// - Returns: its number.
    @inline(__always)
    mutating func insert(feature: Int, key: Int32) -> Int32 {
        let cut = UInt64(truncatingIfNeeded: feature) << 32 | UInt64(UInt32(bitPattern: key))
        let slot = slot(cut)
        if slots[slot] == cut { return numbers[slot] }
        return append(cut, at: slot)
    }

    private mutating func append(_ cut: UInt64, at slot: Int) -> Int32 {
        let number = Int32(truncatingIfNeeded: cuts.count)
        cuts.append(cut)
        slots[slot] = cut
        numbers[slot] = number
        if 2 * cuts.count > slots.count {
            slots = Array(repeating: Self.none, count: 2 * slots.count)
            numbers = Array(repeating: 0, count: slots.count)
            for (index, cut) in cuts.enumerated() {
                let slot = self.slot(cut)
                slots[slot] = cut
                numbers[slot] = Int32(truncatingIfNeeded: index)
            }
        }
        return number
    }

    /// Ends the collection: numbers each feature's cuts from 1 in ascending order.
    /// - Returns: each feature's cuts.
    mutating func rank(featureCount: Int) -> [[Int32]] {
        // The order of key, then number, in 64 bits.
        var found = [[UInt64]](repeating: [], count: featureCount)
        for (number, cut) in cuts.enumerated() {
            let key = UInt32(truncatingIfNeeded: cut) ^ 1 << 31
            found[Int(cut >> 32)].append(UInt64(key) << 32 | UInt64(number))
        }
        ranks = Array(repeating: 0, count: cuts.count)
        return found.map { feature in
            let sorted = feature.sorted()
            for (index, entry) in sorted.enumerated() {
                ranks[Int(entry & 0xFFFF_FFFF)] = Int32(index + 1)
            }
            return sorted.map { Int32(bitPattern: UInt32(truncatingIfNeeded: $0 >> 32) ^ 1 << 31) }
        }
    }

    /// The rank of the cut of a number.
    @inline(__always)
    func rank(_ number: Int32) -> Int { Int(ranks[Int(number)]) }
}
