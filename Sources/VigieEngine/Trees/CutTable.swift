/// A forest's distinct cuts by feature, and each cut's rank among its feature's: a forest of a
/// thousand trees asks the same few hundred questions of a feature over and over.
///
/// Open addressing on feature and key; grows at half full.
struct CutTable {
    private var entries: [UInt64?]
    private var ranks: [Int32] = []
    private(set) var count = 0

    init() { entries = Array(repeating: nil, count: 1 << 12) }

    private static func entry(_ feature: Int, _ key: Int32) -> UInt64 {
        UInt64(truncatingIfNeeded: feature) << 32 | UInt64(UInt32(bitPattern: key))
    }

    /// Where an entry is, or would be.
    private func slot(_ entry: UInt64) -> Int {
        let mask = entries.count - 1
        // Fibonacci hashing (Knuth, TAOCP 3, 6.4).
        var slot = Int(truncatingIfNeeded: (entry &* 0x9E37_79B9_7F4A_7C15) >> 32) & mask
        while let other = entries[slot], other != entry { slot = (slot + 1) & mask }
        return slot
    }

    /// Adds a cut, if it is new.
    mutating func insert(feature: Int, key: Int32) {
        let entry = Self.entry(feature, key)
        let slot = slot(entry)
        guard entries[slot] == nil else { return }
        entries[slot] = entry
        count += 1
        guard 2 * count > entries.count else { return }
        let old = entries
        entries = Array(repeating: nil, count: 2 * old.count)
        for case let entry? in old { entries[self.slot(entry)] = entry }
    }

    /// Ends the collection: numbers each feature's cuts from 1 in ascending order.
    /// - Returns: each feature's cuts.
    mutating func rank(featureCount: Int) -> [[Int32]] {
        var cuts = [[Int32]](repeating: [], count: featureCount)
        for case let entry? in entries {
            cuts[Int(entry >> 32)].append(Int32(truncatingIfNeeded: entry))
        }
        ranks = Array(repeating: 0, count: entries.count)
        for feature in cuts.indices {
            cuts[feature].sort()
            for (index, key) in cuts[feature].enumerated() {
                ranks[slot(Self.entry(feature, key))] = Int32(index + 1)
            }
        }
        return cuts
    }

    /// The rank of a cut that was added.
    func rank(feature: Int, key: Int32) -> Int { Int(ranks[slot(Self.entry(feature, key))]) }
}
