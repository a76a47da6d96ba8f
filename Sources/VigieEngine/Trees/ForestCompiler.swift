import CVigieKernels

/// Lays a builder's trees out for the kernels: in blocks of eight consecutive trees, each block in
/// the layout that suits its trees.
struct ForestCompiler {
    private static let lanes = Int(VIGIE_LANES)
    /// Depths up to which trees are padded to full ones, whatever that costs: 8 bytes a branch.
    private static let paddedDepth = 6
    /// As long as no more than ``paddingMax`` slots a real node come of it, these too.
    private static let paddedDepthMax = 8
    private static let paddingMax = 8
    /// The key of a padded tree's branches that are none; no cut has it.
    static let noKey = Int32.min

    let source: TreeEnsembleBuilder
    let columns: TreeColumns
    /// Whether each leaf has one weight, and all of a tree's leaves the same target.
    let isSimple: Bool
    private let kernels: KernelLevel

    private var blocks: [vigie_block] = []
    private var levelNodes: [vigie_level_node] = []
    private var branchNodes: [vigie_branch_node] = []
    private var sets = CategorySets()
    private var targets: [UInt32] = []
    /// The builder's weights of each leaf.
    private var leafItems: [Range<Int>] = []

    /// - Parameters:
    ///   - source: one whose counts are checked.
    ///   - kernels: what the processor is asked to do at most.
    init(_ source: TreeEnsembleBuilder, kernels: KernelLevel) {
        self.source = source
        self.kernels = kernels
        columns = TreeColumns(source)
        isSimple = source.aggregate == .sum && Self.isSimple(source)
    }

    private static func isSimple(_ source: TreeEnsembleBuilder) -> Bool {
        for tree in 0..<source.treeCount {
            var target: Int32?
            for node in source.nodes[source.nodeRange(ofTree: tree)] where node.isLeaf {
                guard node.items.count == 1 else { return false }
                let leaf = source.leafWeights[node.items.lowerBound].target
                guard target == nil || target == leaf else { return false }
                target = leaf
            }
        }
        return true
    }

    consuming func compile() throws(LoadError) -> TreeEnsemble {
        for first in stride(from: 0, to: source.treeCount, by: Self.lanes) {
            try addBlock(first..<min(first + Self.lanes, source.treeCount))
        }
        return TreeEnsemble(
            source: source, columns: columns, isSimple: isSimple, blocks: blocks,
            levelNodes: levelNodes, branchNodes: branchNodes, categoryBits: sets.words,
            targets: targets, leafItems: leafItems, kernels: kernels)
    }

    private mutating func addBlock(_ trees: Range<Int>) throws(LoadError) {
        var walks: [TreeWalk] = []
        for tree in trees { walks.append(try source.walk(tree: tree)) }
        var block = vigie_block()
        block.trees = UInt32(trees.count)
        var roots: [(root: Int, leaf: Int)] = []
        switch layout(trees, walks) {
        case .levels(let depth):
            block.layout = VIGIE_LEVELS.rawValue
            block.depth = UInt32(depth)
            let base = levelNodes.count
            // Lanes without a tree stay as they are: walked, but not counted.
            levelNodes.append(
                contentsOf: repeatElement(
                    vigie_level_node(key: Self.noKey, column: 0), count: Self.lanes << depth))
            for (lane, (tree, walk)) in zip(trees, walks).enumerated() {
                roots.append((base, addLevels(tree, walk, depth, from: base + lane)))
            }
        case .branches(let categorical):
            block.layout = (categorical ? VIGIE_CATEGORIES : VIGIE_BRANCHES).rawValue
            for (tree, walk) in zip(trees, walks) {
                roots.append((try addBranches(tree, walk), 0))
            }
        }
        let nodeCount = max(levelNodes.count, branchNodes.count, leafItems.count)
        guard nodeCount <= TreeLimits.nodeCountMax * 2 else {
            throw LoadError(.limit, "the trees need more than \(TreeLimits.nodeCountMax * 2) slots")
        }
        withUnsafeMutableBytes(of: &block.root) { root in
            withUnsafeMutableBytes(of: &block.leaf) { leaf in
                for lane in 0..<Self.lanes {
                    // Lanes without a tree walk the block's last one again, and are not counted.
                    let place = roots[min(lane, roots.count - 1)]
                    root.storeBytes(of: UInt32(place.root), toByteOffset: lane * 4, as: UInt32.self)
                    leaf.storeBytes(of: UInt32(place.leaf), toByteOffset: lane * 4, as: UInt32.self)
                }
            }
        }
        blocks.append(block)
        for lane in 0..<Self.lanes {
            targets.append(lane < trees.count ? target(ofTree: trees.lowerBound + lane) : 0)
        }
    }

    private func target(ofTree tree: Int) -> UInt32 {
        guard isSimple else { return 0 }
        let leaf = source.nodes[source.nodeRange(ofTree: tree)].first { $0.isLeaf }
        return leaf.map { UInt32(source.leafWeights[$0.items.lowerBound].target) } ?? 0
    }

    private enum Layout {
        case levels(depth: Int)
        case branches(categorical: Bool)
    }

    private func layout(_ trees: Range<Int>, _ walks: [TreeWalk]) -> Layout {
        let tests = walks.reduce(into: TreeTestSet()) { $0.formUnion($1.tests) }
        if tests.contains(.categories) { return .branches(categorical: true) }
        let depth = walks.map(\.depth).max() ?? 0
        let nodeCount = walks.map(\.order.count).reduce(0, +)
        let isPaddable =
            depth <= Self.paddedDepth
            || depth <= Self.paddedDepthMax
                && trees.count << (depth + 1) <= nodeCount * Self.paddingMax
        let hasEquality = !tests.isDisjoint(with: .equality)
        return isPaddable && !hasEquality
            ? .levels(depth: depth) : .branches(categorical: false)
    }

    /// Stores a tree padded to a full one of `depth`: every path is as long as the longest, and a
    /// leaf's slots below it all hold its weights.
    /// - Parameter place: its node 0; the next are ``lanes`` apart, between those of the block's others.
    /// - Returns: where its leaves begin.
    private mutating func addLevels(
        _ tree: Int, _ walk: TreeWalk, _ depth: Int, from place: Int
    ) -> Int {
        let leaf = leafItems.count
        leafItems.append(contentsOf: repeatElement(0..<0, count: 1 << depth))
        let range = source.nodeRange(ofTree: tree)
        var slots = [Int](repeating: 0, count: range.count)
        slots[0] = 1
        for (index, nodeDepth) in zip(walk.order, walk.depths) {
            let node = source.nodes[range.lowerBound + Int(index)]
            let slot = slots[Int(index)]
            guard let test = node.test else {
                let below = depth - Int(nodeDepth)
                let first = leaf + slot << below - 1 << depth
                for slot in first..<(first + 1 << below) { leafItems[slot] = node.items }
                continue
            }
            let cuts = TreeCuts(test, node.threshold, source.precision)
            levelNodes[place + slot * Self.lanes] = vigie_level_node(
                key: columns.key(feature: Int(node.feature), cut: cuts.cut),
                column: columns.column(
                    feature: Int(node.feature),
                    missingIsBelow: node.missingIsTrue == cuts.belowIsTrue))
            slots[Int(cuts.belowIsTrue ? node.ifTrue : node.ifFalse)] = 2 * slot
            slots[Int(cuts.belowIsTrue ? node.ifFalse : node.ifTrue)] = 2 * slot + 1
        }
        return leaf
    }

    /// Stores a tree as it is.
    /// - Returns: where its root is.
    private mutating func addBranches(_ tree: Int, _ walk: TreeWalk) throws(LoadError) -> Int {
        let range = source.nodeRange(ofTree: tree)
        var places = [UInt32](repeating: 0, count: range.count)
        var next = branchNodes.count
        for index in walk.order {
            places[Int(index)] = UInt32(next)
            // A test for equality takes two nodes.
            let test = source.nodes[range.lowerBound + Int(index)].test
            next += test == .equal || test == .notEqual ? 2 : 1
        }
        for index in walk.order {
            let node = source.nodes[range.lowerBound + Int(index)]
            let place = places[Int(index)]
            guard let test = node.test else {
                branchNodes.append(
                    vigie_branch_node(
                        key: Int32(leafItems.count), column: 0, child: (place, place)))
                leafItems.append(node.items)
                continue
            }
            let (ifTrue, ifFalse) = (places[Int(node.ifTrue)], places[Int(node.ifFalse)])
            if test == .inCategories {
                let first = try sets.add(
                    source.categories[node.items], missingIsMember: node.missingIsTrue,
                    of: columns.categorical(feature: Int(node.feature)))
                branchNodes.append(
                    vigie_branch_node(
                        key: Int32(first),
                        column: columns.categoryColumn(feature: Int(node.feature))
                            | UInt32(VIGIE_CATEGORICAL),
                        child: (ifFalse, ifTrue)))
            } else {
                addCuts(
                    node, TreeCuts(test, node.threshold, source.precision), place, ifTrue, ifFalse)
            }
        }
        return Int(places[0])
    }

    private mutating func addCuts(
        _ node: TreeNode, _ cuts: TreeCuts, _ place: UInt32, _ ifTrue: UInt32, _ ifFalse: UInt32
    ) {
        let feature = Int(node.feature)
        let below = cuts.belowIsTrue ? ifTrue : ifFalse
        let above = cuts.belowIsTrue ? ifFalse : ifTrue
        // Below the first cut; at or above the upper one, for a test of equality, lies the same.
        let missingIsBelow = node.missingIsTrue == cuts.belowIsTrue
        branchNodes.append(
            vigie_branch_node(
                key: columns.key(feature: feature, cut: cuts.cut),
                column: columns.column(feature: feature, missingIsBelow: missingIsBelow),
                child: (below, cuts.upper == nil ? above : place + 1)))
        guard let upper = cuts.upper else { return }
        // A missing value comes here only from above, and must end in the middle.
        branchNodes.append(
            vigie_branch_node(
                key: columns.key(feature: feature, cut: upper),
                column: columns.column(feature: feature, missingIsBelow: true),
                child: (above, below)))
    }
}
