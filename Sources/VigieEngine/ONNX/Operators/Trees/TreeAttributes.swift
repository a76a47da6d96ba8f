/// The parallel arrays in which ai.onnx.ml describes trees.
struct TreeAttributes {
    private let trees: [Int]
    private let ids: [Int]
    private let features: [Int]
    private let thresholds: [Double]
    private let modes: [String]
    private let ifTrue: [Int]
    private let ifFalse: [Int]
    private let missingIsTrue: [Int]
    private let covers: [Double]

    /// What leaves add to targets or classes.
    struct Leaves {
        fileprivate let trees: [Int]
        fileprivate let nodes: [Int]
        let ids: [Int]
        let weights: [Double]

        /// - Parameter prefix: "class" or "target".
        init(_ node: NodeBuilder, prefix: String) throws(LoadError) {
            trees = try node.ints("\(prefix)_treeids") ?? []
            nodes = try node.ints("\(prefix)_nodeids") ?? []
            ids = try node.ints("\(prefix)_ids") ?? []
            weights = try node.doubles("\(prefix)_weights")
            guard trees.count == weights.count, nodes.count == weights.count,
                ids.count == weights.count
            else { throw node.corrupt("its \(prefix)_ arrays differ in length") }
        }

        private init(_ leaves: Leaves, _ kept: [Int]) {
            trees = kept.map { leaves.trees[$0] }
            nodes = kept.map { leaves.nodes[$0] }
            ids = kept.map { leaves.ids[$0] }
            weights = kept.map { leaves.weights[$0] }
        }

        /// The first weight of each leaf, which is all that ONNX Runtime reads where there is one
        /// target: scikit-learn's `decision_leaf` repeats a leaf's number for each class.
        func firstOfEachLeaf() -> Leaves {
            var seen: Set<Key> = []
            let kept = weights.indices.filter {
                seen.insert(Key(tree: trees[$0], node: nodes[$0])).inserted
            }
            return kept.count == weights.count ? self : Leaves(self, kept)
        }
    }

    init(_ node: NodeBuilder) throws(LoadError) {
        trees = try node.ints("nodes_treeids") ?? []
        ids = try node.ints("nodes_nodeids") ?? []
        features = try node.ints("nodes_featureids") ?? []
        thresholds = try node.doubles("nodes_values")
        modes = try node.strings("nodes_modes") ?? []
        ifTrue = try node.ints("nodes_truenodeids") ?? []
        ifFalse = try node.ints("nodes_falsenodeids") ?? []
        missingIsTrue = try node.ints("nodes_missing_value_tracks_true") ?? []
        covers = try node.doubles("nodes_hitrates")
        let count = trees.count
        guard count > 0 else { throw node.corrupt("it has no nodes") }
        guard ids.count == count, features.count == count, thresholds.count == count,
            modes.count == count, ifTrue.count == count, ifFalse.count == count,
            missingIsTrue.isEmpty || missingIsTrue.count == count,
            covers.isEmpty || covers.count == count
        else { throw node.corrupt("its nodes_ arrays differ in length") }
    }

    private struct Key: Hashable {
        let tree: Int
        let node: Int
    }

    /// A node of a tree.
    private struct Item {
        /// In the arrays.
        let position: Int
        /// Its children in the tree; -1 for a leaf.
        var yes = -1
        var no = -1
    }

    /// Hands the trees to the builder: nodes in the file's order, each tree's root first.
    func builder(
        _ node: NodeBuilder, _ leaves: Leaves, targets: Int,
        _ precision: TreeEnsembleBuilder.Precision, _ aggregate: TreeEnsembleBuilder.Aggregate
    ) throws(LoadError) -> TreeEnsembleBuilder {
        let order = try order(node)
        let weights = try weights(node, leaves)
        let featureCount = try featureCount(node)
        var builder = TreeEnsembleBuilder(
            featureCount: featureCount, targetCount: targets, precision: precision,
            aggregate: aggregate)
        for tree in order {
            builder.beginTree()
            for item in tree {
                let position = item.position
                let cover = covers.isEmpty ? .nan : covers[position]
                guard let test = try test(node, modes[position]) else {
                    builder.addLeaf(weights: weights[position], cover: cover)
                    continue
                }
                // NaN differs from everything.
                let missing =
                    test == .notEqual || (!missingIsTrue.isEmpty && missingIsTrue[position] != 0)
                builder.addBranch(
                    feature: features[position], test, thresholds[position], ifTrue: item.yes,
                    ifFalse: item.no, missingIsTrue: missing, cover: cover)
            }
        }
        return builder
    }

    private func featureCount(_ node: NodeBuilder) throws(LoadError) -> Int {
        var count = 0
        for (feature, mode) in zip(features, modes) where mode != "LEAF" {
            guard feature >= 0, feature < TreeLimits.featureCountMax else {
                throw node.corrupt("feature \(feature) is out of range")
            }
            count = max(count, feature + 1)
        }
        return count
    }

    private func test(_ node: NodeBuilder, _ mode: String) throws(LoadError) -> TreeTest? {
        switch mode {
        case "LEAF": nil
        case "BRANCH_LEQ": .lessOrEqual
        case "BRANCH_LT": .less
        case "BRANCH_GTE": .greaterOrEqual
        case "BRANCH_GT": .greater
        case "BRANCH_EQ": .equal
        case "BRANCH_NEQ": .notEqual
        default: throw node.unsupported("node mode '\(mode.prefix(64))'")
        }
    }

    /// The nodes tree by tree in the file's order, the root first.
    private func order(_ node: NodeBuilder) throws(LoadError) -> [[Item]] {
        var numbers: [Int: Int] = [:]
        var positions: [[Int]] = []
        var children: Set<Key> = []
        for position in trees.indices {
            let tree = trees[position]
            if let number = numbers[tree] {
                positions[number].append(position)
            } else {
                numbers[tree] = positions.count
                positions.append([position])
            }
            if modes[position] != "LEAF" {
                children.insert(Key(tree: tree, node: ifTrue[position]))
                children.insert(Key(tree: tree, node: ifFalse[position]))
            }
        }
        var indices: [Key: Int] = [:]
        indices.reserveCapacity(trees.count)
        for number in positions.indices {
            let roots = positions[number].indices.filter {
                let position = positions[number][$0]
                return !children.contains(Key(tree: trees[position], node: ids[position]))
            }
            guard roots.count == 1, let root = roots.first else {
                throw node.corrupt("tree \(number) has \(roots.count) roots")
            }
            positions[number].swapAt(0, root)
            for (index, position) in positions[number].enumerated() {
                let key = Key(tree: trees[position], node: ids[position])
                guard indices.updateValue(index, forKey: key) == nil
                else { throw node.corrupt("node \(key.node) of tree \(key.tree) is there twice") }
            }
        }
        var items: [[Item]] = []
        var count = 0
        for (number, tree) in positions.enumerated() {
            items.append(try self.items(node, number, tree, indices, &count))
        }
        return items
    }

    /// The nodes of one tree with their children; all must be reached from its root.
    /// - Parameter count: of nodes of all trees so far that were repeated.
    private func items(
        _ node: NodeBuilder, _ number: Int, _ tree: [Int], _ indices: [Key: Int],
        _ count: inout Int
    ) throws(LoadError) -> [Item] {
        var items: [Item] = []
        items.reserveCapacity(tree.count)
        for position in tree {
            guard modes[position] != "LEAF" else {
                items.append(Item(position: position))
                continue
            }
            let own = trees[position]
            guard let yes = indices[Key(tree: own, node: ifTrue[position])],
                let no = indices[Key(tree: own, node: ifFalse[position])]
            else { throw node.corrupt("tree \(number) has a node whose child is not there") }
            items.append(Item(position: position, yes: yes, no: no))
        }
        var reached = [Bool](repeating: false, count: items.count)
        var open = [0]
        var reachedCount = 0
        var isShared = false
        while let index = open.popLast() {
            guard !reached[index] else {
                isShared = true
                continue
            }
            reached[index] = true
            reachedCount += 1
            if items[index].yes >= 0 { open += [items[index].yes, items[index].no] }
        }
        guard reachedCount == items.count else {
            throw node.corrupt("tree \(number) has nodes that its root does not reach")
        }
        return isShared ? try repeated(node, number, items, &count) : items
    }

    /// A tree of its own for what is shared: onnxmltools lets the tests of a category's values, one
    /// after the other, lead to the same child.
    private func repeated(
        _ node: NodeBuilder, _ number: Int, _ items: [Item], _ count: inout Int
    ) throws(LoadError) -> [Item] {
        var tree = [items[0]]
        /// Nodes whose children are still those of `items`, with their depths.
        var open = [(index: 0, depth: 0)]
        while let (index, depth) = open.popLast() {
            guard depth < items.count else { throw node.corrupt("tree \(number) has a cycle") }
            guard tree[index].yes >= 0 else { continue }
            let (yes, no) = (tree[index].yes, tree[index].no)
            (tree[index].yes, tree[index].no) = (tree.count, tree.count + 1)
            open += [(tree.count, depth + 1), (tree.count + 1, depth + 1)]
            tree += [items[yes], items[no]]
            count += 2
            guard count <= ONNXLimits.repeatedNodesMax else {
                throw LoadError(
                    .limit,
                    "\(node.place): nodes with several parents are more than"
                        + " \(ONNXLimits.repeatedNodesMax) when each has a place of its own")
            }
        }
        return tree
    }

    /// By position in the arrays of nodes, what a leaf adds.
    private func weights(
        _ node: NodeBuilder, _ leaves: Leaves
    ) throws(LoadError) -> [[(target: Int, weight: Double)]] {
        var byKey: [Key: Int] = [:]
        byKey.reserveCapacity(trees.count)
        for position in trees.indices {
            byKey[Key(tree: trees[position], node: ids[position])] = position
        }
        var weights: [[(target: Int, weight: Double)]] = Array(repeating: [], count: trees.count)
        for item in leaves.weights.indices {
            let key = Key(tree: leaves.trees[item], node: leaves.nodes[item])
            guard let position = byKey[key], modes[position] == "LEAF" else {
                throw node.corrupt(
                    "node \(key.node) of tree \(key.tree) has a weight but is no leaf")
            }
            weights[position].append((leaves.ids[item], leaves.weights[item]))
        }
        return weights
    }
}
