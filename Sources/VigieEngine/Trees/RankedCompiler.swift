import CVigieKernels

/// Lays blocks of full trees out for the kernels that ask every branch.
struct RankedCompiler {
    private(set) var blocks: [vigie_ranked_block] = []
    private(set) var nodes: [vigie_ranked_node] = []
    /// One row's branches, a column and a key each; empty when there are too many columns for it.
    private(set) var slotColumns: [UInt8] = []
    private(set) var slotKeys8: [UInt8] = []
    private(set) var slotKeys16: [UInt16] = []
    let ranks: RankedColumns

    private static let lanes = Int(VIGIE_LANES)
    /// Columns of ranks: 128 bytes each, which the nearest cache should hold with the rest.
    private static let columnsMax = 1_024
    /// A register holds 64 slots.
    private static let wordShift = 6

    private let levelNodes: [vigie_level_node]
    private let hasSlots: Bool
    /// By depth and branch, see ``childrenFirst(_:_:)``.
    private let orders: [[Int]]

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
        orders = (0...plain.reduce(0) { max($0, Int($1.depth)) }).map { depth in
            (0..<1 << depth).map { $0 == 0 ? 0 : Self.childrenFirst($0, depth) }
        }
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
        let firstNode = nodes.count
        let firstSlot = slotColumns.count
        let nodeCount = 1 << depth - 1
        let slotShift = max(depth, 3)
        nodes.append(
            contentsOf: repeatElement(vigie_ranked_node(), count: nodeCount * Self.lanes))
        if hasSlots {
            slotColumns.append(contentsOf: repeatElement(0, count: Self.lanes << slotShift))
            let added = Self.lanes << slotShift
            if ranks.isNarrow {
                slotKeys8.append(contentsOf: repeatElement(0, count: added))
            } else {
                slotKeys16.append(contentsOf: repeatElement(0, count: added))
            }
        }
        let repeated: UInt32 = ranks.isNarrow ? 0x0101_0101 : 0x0001_0001
        let order = orders[depth]
        for slot in 1..<max(1 << depth, 2) where depth > 0 {
            for lane in 0..<Self.lanes {
                let index = Int(plain.root.0) + slot * Self.lanes + lane
                let node = levelNodes[index]
                // What an unused branch answers does not matter.
                guard node.key != ForestCompiler.noKey else { continue }
                let (column, rank) = ranks.place(of: node, at: index)
                nodes[firstNode + lane * nodeCount + order[slot]] = vigie_ranked_node(
                    offset: UInt32(column) * UInt32(VIGIE_RANKED_BYTES),
                    key: UInt32(rank) * repeated)
                guard hasSlots else { continue }
                let place =
                    slotShift <= Self.wordShift
                    ? lane << slotShift + slot
                    : (slot >> Self.wordShift * Self.lanes + lane) << Self.wordShift
                        + slot & (1 << Self.wordShift - 1)
                slotColumns[firstSlot + place] = UInt8(column)
                if ranks.isNarrow {
                    slotKeys8[firstSlot + place] = UInt8(rank)
                } else {
                    slotKeys16[firstSlot + place] = UInt16(rank)
                }
            }
        }
    }

    /// The place of branch `slot` of a full tree when children come before their parent, all of the
    /// left one's before the right one's.
    private static func childrenFirst(_ slot: Int, _ depth: Int) -> Int {
        // Down the path from the root: each step to the right passes the left child's tree, and the
        // branch itself comes after both trees below it.
        let level = Int.bitWidth - 1 - slot.leadingZeroBitCount
        var passed = 0
        for step in 0..<level where slot >> (level - 1 - step) & 1 == 1 {
            passed += 1 << (depth - 1 - step) - 1
        }
        return passed + 1 << (depth - level) - 2
    }
}
