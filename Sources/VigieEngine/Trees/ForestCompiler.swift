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

    private let trees: OrderedTrees
    private let isSimple: Bool
    private let kernels: KernelLevel

    private var blocks: [vigie_block] = []
    private var levelNodes: [vigie_level_node] = []
    private var branchNodes: [vigie_branch_node] = []
    private var sets = CategorySets()
    private var targets: [UInt32] = []
    private var leaves: ForestLeaves
    /// By node of a tree: its slot in the full tree.
    private var slots: [Int32] = []

    /// - Parameter kernels: what the processor is asked to do at most.
    init(_ trees: OrderedTrees, kernels: KernelLevel) {
        self.trees = trees
        self.kernels = kernels
        isSimple = trees.source.aggregate == .sum && trees.isSimple
        leaves = ForestLeaves(trees.source, isSimple: isSimple)
        slots = Array(repeating: 0, count: trees.trees.map(\.count).max() ?? 0)
        let depth = trees.trees.reduce(0) { max($0, $1.depth) }
        guard depth <= Self.paddedDepth else { return }
        let count = (trees.trees.count + Self.lanes - 1) / Self.lanes * Self.lanes << depth
        levelNodes.reserveCapacity(count)
        leaves.reserve(count)
    }

    consuming func compile() throws(LoadError) -> TreeEnsemble {
        for first in stride(from: 0, to: trees.trees.count, by: Self.lanes) {
            try addBlock(trees.trees[first..<min(first + Self.lanes, trees.trees.count)])
        }
        return TreeEnsemble(
            source: trees.source, columns: trees.columns, isSimple: isSimple, blocks: blocks,
            levelNodes: levelNodes, branchNodes: branchNodes, categoryBits: sets.words,
            targets: targets, leaves: leaves, kernels: kernels)
    }

    private mutating func addBlock(_ block: ArraySlice<OrderedTrees.Tree>) throws(LoadError) {
        var made = vigie_block()
        made.trees = UInt32(block.count)
        var roots: [(root: Int, leaf: Int)] = []
        switch layout(block) {
        case .levels(let depth):
            made.layout = VIGIE_LEVELS.rawValue
            made.depth = UInt32(depth)
            let base = levelNodes.count
            // Lanes without a tree stay as they are: walked, but not counted.
            levelNodes.append(
                contentsOf: repeatElement(
                    vigie_level_node(key: Self.noKey, column: 0), count: Self.lanes << depth))
            for (lane, tree) in block.enumerated() {
                roots.append((base, addLevels(tree, depth, from: base + lane)))
            }
        case .branches(let categorical):
            made.layout = (categorical ? VIGIE_CATEGORIES : VIGIE_BRANCHES).rawValue
            for tree in block { roots.append((try addBranches(tree), 0)) }
        }
        let nodeCount = max(levelNodes.count, branchNodes.count, leaves.count)
        guard nodeCount <= TreeLimits.nodeCountMax * 2 else {
            throw LoadError(.limit, "the trees need more than \(TreeLimits.nodeCountMax * 2) slots")
        }
        withUnsafeMutableBytes(of: &made.root) { root in
            withUnsafeMutableBytes(of: &made.leaf) { leaf in
                for lane in 0..<Self.lanes {
                    // Lanes without a tree walk the block's last one again, and are not counted.
                    let place = roots[min(lane, roots.count - 1)]
                    root.storeBytes(of: UInt32(place.root), toByteOffset: lane * 4, as: UInt32.self)
                    leaf.storeBytes(of: UInt32(place.leaf), toByteOffset: lane * 4, as: UInt32.self)
                }
            }
        }
        blocks.append(made)
        for tree in block { targets.append(UInt32(isSimple ? tree.target ?? 0 : 0)) }
        targets.append(contentsOf: repeatElement(0, count: Self.lanes - block.count))
    }

    private enum Layout {
        case levels(depth: Int)
        case branches(categorical: Bool)
    }

    private func layout(_ block: ArraySlice<OrderedTrees.Tree>) -> Layout {
        let tests = block.reduce(into: TreeTestSet()) { $0.formUnion($1.tests) }
        if tests.contains(.categories) { return .branches(categorical: true) }
        let depth = block.reduce(0) { max($0, $1.depth) }
        let nodeCount = block.reduce(0) { $0 + $1.count }
        let isPaddable =
            depth <= Self.paddedDepth
            || depth <= Self.paddedDepthMax
                && block.count << (depth + 1) <= nodeCount * Self.paddingMax
        let hasEquality = !tests.isDisjoint(with: .equality)
        return isPaddable && !hasEquality
            ? .levels(depth: depth) : .branches(categorical: false)
    }

    /// Stores a tree padded to a full one of `depth`: every path is as long as the longest, and a
    /// leaf's slots below it all hold its weights.
    /// - Parameter place: its node 0; the next are ``lanes`` apart, between those of the block's others.
    /// - Returns: where its leaves begin.
    private mutating func addLevels(
        _ tree: OrderedTrees.Tree, _ depth: Int, from place: Int
    ) -> Int {
        let firstLeaf = leaves.addSlots(1 << depth)
        // Out of here for the while: what nobody else holds is written without asking each time.
        var (allSlots, allNodes) = ([Int32](), [vigie_level_node]())
        swap(&allSlots, &self.slots)
        swap(&allNodes, &levelNodes)
        defer {
            swap(&allSlots, &self.slots)
            swap(&allNodes, &levelNodes)
        }
        var slots = allSlots.mutableSpan
        var branches = allNodes.mutableSpan
        slots[0] = 1
        for index in 0..<tree.count {
            let node = trees.nodes[tree.first + index]
            let slot = Int(slots[index])
            guard node.left != 0 else {
                // The root, slot 1, is of level 0.
                let level = Int.bitWidth - 1 - slot.leadingZeroBitCount
                let below = depth - level
                let first = firstLeaf + slot << below - 1 << depth
                leaves.set(first..<first + 1 << below, trees.source.nodes[Int(node.index)])
                continue
            }
            branches[place + slot * Self.lanes] = vigie_level_node(
                key: node.key, column: node.column)
            slots[Int(node.left)] = Int32(2 * slot)
            slots[Int(node.left) + 1] = Int32(2 * slot + 1)
        }
        return firstLeaf
    }

    /// Stores a tree as it is.
    /// - Returns: where its root is.
    private mutating func addBranches(_ tree: OrderedTrees.Tree) throws(LoadError) -> Int {
        let root = branchNodes.count
        // A test for equality takes two nodes: each child's place is then to be looked up.
        let hasEquality = !tree.tests.isDisjoint(with: .equality)
        var places: [UInt32] = []
        var next = root
        for index in 0..<(hasEquality ? tree.count : 0) {
            places.append(UInt32(next))
            next += isEquality(trees.nodes[tree.first + index]) ? 2 : 1
        }
        for index in 0..<tree.count {
            let node = trees.nodes[tree.first + index]
            guard node.left != 0 else {
                let place = UInt32(branchNodes.count)
                branchNodes.append(
                    vigie_branch_node(
                        key: Int32(leaves.count), column: 0, child: (place, place)))
                leaves.add(trees.source.nodes[Int(node.index)])
                continue
            }
            let left = Int(node.left)
            try addBranch(
                node,
                hasEquality ? places[left] : UInt32(root + left),
                hasEquality ? places[left + 1] : UInt32(root + left + 1))
        }
        return root
    }

    private func isEquality(_ node: OrderedTrees.Node) -> Bool {
        let test = trees.source.nodes[Int(node.index)].test
        return test == .equal || test == .notEqual
    }

    private mutating func addBranch(
        _ node: OrderedTrees.Node, _ left: UInt32, _ right: UInt32
    ) throws(LoadError) {
        var made = vigie_branch_node(key: node.key, column: node.column, child: (left, right))
        let source = trees.source.nodes[Int(node.index)]
        switch source.test {
        case .inCategories:
            let first = try sets.add(
                trees.source.categories[source.items], missingIsMember: source.missingIsTrue,
                of: trees.columns.categorical(feature: Int(source.feature)))
            made.key = Int32(first)
            made.column |= UInt32(VIGIE_CATEGORICAL)
            branchNodes.append(made)
        case .equal, .notEqual: addEquality(made, source)
        default: branchNodes.append(made)
        }
    }

    /// A test of equality as two: below the first cut, and at or above the upper one, lies the same.
    private mutating func addEquality(_ first: vigie_branch_node, _ source: TreeNode) {
        guard let test = source.test,
            let upper = TreeCuts(test, source.threshold, trees.source.precision).upper
        else { return }
        let feature = Int(source.feature)
        let (outside, between) = first.child
        var made = first
        made.child = (outside, UInt32(branchNodes.count + 1))
        branchNodes.append(made)
        // A missing value comes here only from above, and must end in the middle.
        branchNodes.append(
            vigie_branch_node(
                key: trees.columns.key(feature: feature, cut: upper),
                column: trees.columns.column(feature: feature, missingIsBelow: true),
                child: (between, outside)))
    }
}
