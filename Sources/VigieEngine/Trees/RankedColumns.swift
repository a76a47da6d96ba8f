import CVigieKernels

/// The cuts that a forest of full trees makes in each feature, and the columns of ranks that its
/// branches ask.
struct RankedColumns {
    private(set) var features: [vigie_ranked_feature] = []
    private(set) var cuts: [Int32] = []
    private(set) var columnCount = 0
    /// Arrays of cuts a feature, from coarse to fine.
    private(set) var levels = 0
    /// Whether a rank is 8 bits.
    private(set) var isNarrow = true

    /// Of each column of ``TreeColumns``: its column here, -1 for none.
    private var places: [Int]
    private var table: CutTable
    /// Of each node, its cut's number in the table.
    private var numbers: [Int32]
    private let featureCount: Int

    private static let fanOut = 16
    /// The greatest rank is kept for a missing value that is above all cuts.
    private static let narrowMax = 255
    private static let wideMax = 65_535

    /// Nil when a feature has more cuts than 16 bits can count, or there are too many columns.
    init?(_ levelNodes: [vigie_level_node], featureCount: Int, columnsMax: Int) {
        self.featureCount = featureCount
        places = Array(repeating: -1, count: 2 * featureCount)
        table = CutTable(branches: levelNodes.count)
        numbers = Array(repeating: 0, count: levelNodes.count)
        for index in levelNodes.indices {
            let node = levelNodes[index]
            guard node.key != ForestCompiler.noKey else { continue }
            let column = Int(node.column)
            guard places.indices.contains(column) else { return nil }
            places[column] = 0
            numbers[index] = table.insert(
                feature: column < featureCount ? column : column - featureCount, key: node.key)
        }
        let featureCuts = table.rank(featureCount: featureCount)
        let most = featureCuts.map(\.count).max() ?? 0
        guard most <= Self.wideMax else { return nil }
        isNarrow = most <= Self.narrowMax
        levels = 1
        var reach = Self.fanOut
        while most >= reach {
            levels += 1
            reach *= Self.fanOut
        }
        for column in places.indices where places[column] == 0 {
            places[column] = columnCount
            columnCount += 1
        }
        let spare = columnCount
        columnCount += 1
        guard columnCount <= columnsMax else { return nil }
        for feature in 0..<featureCount where !featureCuts[feature].isEmpty {
            addFeature(feature, featureCuts[feature], spare: spare)
        }
    }

    private mutating func addFeature(_ feature: Int, _ featureCuts: [Int32], spare: Int) {
        var made = vigie_ranked_feature()
        made.feature = UInt32(feature)
        let below = places[feature]
        let above = places[featureCount + feature]
        made.columns = (UInt32(below < 0 ? spare : below), UInt32(above < 0 ? spare : above))
        // From fine to coarse: each array is every 16th element of the one before.
        var arrays = [featureCuts]
        while arrays.count < levels {
            let finer = arrays[arrays.count - 1]
            arrays.append(
                stride(from: Self.fanOut - 1, to: finer.count, by: Self.fanOut).map { finer[$0] })
        }
        withUnsafeMutableBytes(of: &made.cuts) { starts in
            for (level, array) in arrays.reversed().enumerated() {
                starts.storeBytes(
                    of: UInt32(cuts.count), toByteOffset: 4 * level, as: UInt32.self)
                cuts += array
                let padding = Self.fanOut - array.count % Self.fanOut
                cuts.append(contentsOf: repeatElement(Int32.max, count: padding))
            }
        }
        features.append(made)
    }

    /// The column here of a branch, and the rank at or above which it goes right.
    /// - Parameter index: of the node among all.
    @inline(__always)
    func place(of node: vigie_level_node, at index: Int) -> (column: Int, rank: Int) {
        (places[Int(node.column)], table.rank(numbers[index]))
    }
}
