import CVigieKernels

/// Lays blocks of full trees out for the kernels that ask every branch.
struct RankedCompiler {
    private(set) var blocks: [vigie_ranked_block] = []
    private(set) var nodes: [vigie_ranked_node] = []
    /// One row's branches, a column and a key each; empty when there are too many columns for it.
    private(set) var slotColumns: [UInt8] = []
    private(set) var slotKeys: [UInt16] = []
    let ranks: RankedColumns

    private static let lanes = Int(VIGIE_LANES)
    /// Columns of ranks: 128 bytes each, which the nearest cache should hold with the rest.
    private static let columnsMax = 1_024
    /// A register of slots.
    private static let word = 64

    private let levelNodes: [vigie_level_node]
    private let hasSlots: Bool

    /// Nil when not every block is of full trees that are shallow enough, or ranks are not to be had.
    init?(_ plain: [vigie_block], _ levelNodes: [vigie_level_node], featureCount: Int) {
        let isFull = plain.allSatisfy {
            $0.layout == VIGIE_LEVELS.rawValue && $0.depth <= UInt32(VIGIE_RANKED_DEPTH)
        }
        guard isFull, !levelNodes.isEmpty, featureCount > 0,
            let ranks = RankedColumns(
                levelNodes, featureCount: featureCount, columnsMax: Self.columnsMax)
        else { return nil }
        self.levelNodes = levelNodes
        self.ranks = ranks
        hasSlots =
            ranks.columnCount
            <= Int(ranks.isNarrow ? VIGIE_RANKED_COLUMNS_ONE_8 : VIGIE_RANKED_COLUMNS_ONE_16)
        blocks.reserveCapacity(plain.count)
        nodes.reserveCapacity(levelNodes.count)
        for block in plain { add(block) }
    }

    private mutating func add(_ plain: vigie_block) {
        let depth = Int(plain.depth)
        blocks.append(
            vigie_ranked_block(
                depth: plain.depth, trees: plain.trees, nodes: UInt32(nodes.count),
                slots: UInt32(slotColumns.count), leaf: plain.leaf))
        // Branch 0 is none; an unused one's answer does not matter.
        var places = [(column: Int, rank: Int)](
            repeating: (0, 0), count: Self.lanes << depth)
        for slot in places.indices {
            let node = levelNodes[Int(plain.root.0) + slot]
            if node.key != ForestCompiler.noKey { places[slot] = ranks.place(of: node) }
        }
        for lane in 0..<Self.lanes where depth > 0 { addNodes(1, lane, places) }
        if hasSlots { addSlots(depth, places) }
    }

    /// The nodes below branch `slot` of a tree, then itself.
    private mutating func addNodes(
        _ slot: Int, _ lane: Int, _ places: [(column: Int, rank: Int)]
    ) {
        let place = slot * Self.lanes + lane
        guard place < places.count else { return }
        addNodes(2 * slot, lane, places)
        addNodes(2 * slot + 1, lane, places)
        let (column, rank) = places[place]
        nodes.append(
            vigie_ranked_node(
                offset: UInt32(column) * UInt32(VIGIE_RANKED_BYTES),
                key: UInt32(rank) * (ranks.isNarrow ? 0x0101_0101 : 0x0001_0001)))
    }

    private mutating func addSlots(_ depth: Int, _ places: [(column: Int, rank: Int)]) {
        let first = slotColumns.count
        let size = max(1 << depth, 8)
        slotColumns.append(contentsOf: repeatElement(0, count: size * Self.lanes))
        slotKeys.append(contentsOf: repeatElement(0, count: size * Self.lanes))
        for (index, place) in places.enumerated() {
            let (slot, lane) = index.quotientAndRemainder(dividingBy: Self.lanes)
            let target =
                size <= Self.word
                ? size * lane + slot
                : Self.word * (slot / Self.word * Self.lanes + lane) + slot % Self.word
            slotColumns[first + target] = UInt8(place.column)
            slotKeys[first + target] = UInt16(place.rank)
        }
    }
}
