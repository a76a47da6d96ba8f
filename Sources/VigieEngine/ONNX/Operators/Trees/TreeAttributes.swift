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

    /// Where a node is.
    private struct Place {
        let tree: Int
        let index: Int
    }

    /// Hands the trees to the builder: nodes in the file's order, each tree's root first.
    func builder(
        _ node: NodeBuilder, _ leaves: Leaves, targets: Int,
        _ precision: TreeEnsembleBuilder.Precision, _ aggregate: TreeEnsembleBuilder.Aggregate
    ) throws(LoadError) -> TreeEnsembleBuilder {
        let order = try order(node)
        let weights = try weights(node, leaves, order.places)
        let featureCount = try featureCount(node)
        var builder = TreeEnsembleBuilder(
            featureCount: featureCount, targetCount: targets, precision: precision,
            aggregate: aggregate)
        for tree in order.trees {
            builder.beginTree()
            for position in tree {
                let cover = covers.isEmpty ? .nan : covers[position]
                guard let test = try test(node, modes[position]) else {
                    builder.addLeaf(weights: weights[position], cover: cover)
                    continue
                }
                let own = trees[position]
                // A child that is not there becomes an index that the builder refuses.
                let yes = order.places[Key(tree: own, node: ifTrue[position])]?.index ?? -1
                let no = order.places[Key(tree: own, node: ifFalse[position])]?.index ?? -1
                // NaN differs from everything.
                let missing =
                    test == .notEqual || (!missingIsTrue.isEmpty && missingIsTrue[position] != 0)
                builder.addBranch(
                    feature: features[position], test, thresholds[position], ifTrue: yes,
                    ifFalse: no, missingIsTrue: missing, cover: cover)
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

    /// The nodes' positions in the arrays tree by tree, and each node's place in its tree.
    private func order(
        _ node: NodeBuilder
    ) throws(LoadError) -> (trees: [[Int]], places: [Key: Place]) {
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
        var places: [Key: Place] = [:]
        places.reserveCapacity(trees.count)
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
                guard places.updateValue(Place(tree: number, index: index), forKey: key) == nil
                else { throw node.corrupt("node \(key.node) of tree \(key.tree) is there twice") }
            }
        }
        try checkReach(node, positions, places)
        return (positions, places)
    }

    /// Refuses nodes that no path from a root leads to: they would be in a cycle.
    private func checkReach(
        _ node: NodeBuilder, _ positions: [[Int]], _ places: [Key: Place]
    ) throws(LoadError) {
        for (number, tree) in positions.enumerated() {
            var reached = [Bool](repeating: false, count: tree.count)
            var open = [0]
            var count = 0
            while let index = open.popLast() {
                guard !reached[index] else {
                    throw node.corrupt("a node of tree \(number) has two parents")
                }
                reached[index] = true
                count += 1
                let position = tree[index]
                guard modes[position] != "LEAF" else { continue }
                for child in [ifTrue[position], ifFalse[position]] {
                    guard let place = places[Key(tree: trees[position], node: child)] else {
                        throw node.corrupt("tree \(number) has no node \(child)")
                    }
                    open.append(place.index)
                }
            }
            guard count == tree.count else {
                throw node.corrupt("tree \(number) has nodes that its root does not reach")
            }
        }
    }

    /// By position in the arrays of nodes, what a leaf adds.
    private func weights(
        _ node: NodeBuilder, _ leaves: Leaves, _ places: [Key: Place]
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
