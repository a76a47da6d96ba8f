/// How a row of values becomes the row of whole numbers that the kernels compare.
///
/// Columns 0 ..< F hold each feature's key with a missing value below all cuts, columns F ..< 2F
/// with it above all; after these comes one column for each feature that is tested for categories.
struct TreeColumns: Sendable {
    /// A feature whose values are looked up in sets of categories.
    struct Categorical: Sendable {
        var feature: Int
        /// One more than the greatest category in any set: the code of every other value.
        var count: Int
        /// The code of a missing value.
        var missingCode: Int { count + 1 }
        /// Bits of one set.
        var bitCount: Int { count + 2 }
    }

    let featureCount: Int
    let precision: TreeEnsembleBuilder.Precision
    var categoricals: [Categorical] = []
    /// Where each feature's column of categories is; -1 for none.
    private var places: [Int]
    /// `float64`: each feature's distinct cuts in ascending order, one feature after the other. A
    /// value's key is the number of cuts at or below it, and a cut's is its own number from 1.
    private(set) var cuts = FlatArray<Int64>([])
    private(set) var cutStarts = FlatArray<Int64>([])

    /// Keys of one row.
    var stride: Int { max(2 * featureCount + categoricals.count, 1) }

    init(_ source: TreeEnsembleBuilder) {
        featureCount = source.featureCount
        precision = source.precision
        places = Array(repeating: -1, count: featureCount)
        for node in source.hasCategories ? source.nodes : [] where node.test == .inCategories {
            guard places.indices.contains(Int(node.feature)) else { continue }
            if places[Int(node.feature)] < 0 {
                places[Int(node.feature)] = categoricals.count
                categoricals.append(Categorical(feature: Int(node.feature), count: 0))
            }
            let greatest = source.categories[node.items].max() ?? -1
            let place = places[Int(node.feature)]
            categoricals[place].count = max(categoricals[place].count, Int(greatest) + 1)
        }
        if precision == .float64 { collectCuts(source) }
    }

    private mutating func collectCuts(_ source: TreeEnsembleBuilder) {
        var found = [[Int64]](repeating: [], count: featureCount)
        for node in source.nodes {
            guard let test = node.test, test != .inCategories,
                found.indices.contains(Int(node.feature))
            else { continue }
            let both = TreeCuts(test, node.threshold, .float64)
            found[Int(node.feature)].append(both.cut)
            if let upper = both.upper { found[Int(node.feature)].append(upper) }
        }
        var all: [Int64] = []
        var starts: [Int64] = [0]
        for feature in found {
            var last: Int64?
            for cut in feature.sorted() where cut != last {
                all.append(cut)
                last = cut
            }
            starts.append(Int64(all.count))
        }
        cuts = FlatArray(all)
        cutStarts = FlatArray(starts)
    }

    /// The column of a threshold test.
    func column(feature: Int, missingIsBelow: Bool) -> UInt32 {
        UInt32(missingIsBelow ? feature : featureCount + feature)
    }

    /// The column of a category test.
    func categoryColumn(feature: Int) -> UInt32 { UInt32(2 * featureCount + places[feature]) }

    func categorical(feature: Int) -> Categorical { categoricals[places[feature]] }

    /// The key to compare a feature's keys with.
    func key(feature: Int, cut: Int64) -> Int32 {
        precision == .float32 ? Int32(cut) : Int32(rank(feature: feature, cut))
    }

    /// How many of the feature's cuts are at or below `key`.
    @inline(__always)
    func rank(feature: Int, _ key: Int64) -> Int {
        let start = Int(cutStarts.base[feature])
        var low = 0
        var count = Int(cutStarts.base[feature + 1]) - start
        while count > 0 {
            let half = count / 2
            if cuts.base[start + low + half] <= key {
                low += half + 1
                count -= half + 1
            } else {
                count = half
            }
        }
        return low
    }
}
