/// Some kinds of tests.
struct TreeTestSet: OptionSet {
    let rawValue: UInt8

    init(rawValue: UInt8) { self.rawValue = rawValue }

    init(_ test: TreeTest) { rawValue = 1 << test.rawValue }

    static let categories = TreeTestSet(.inCategories)
    static let equality: TreeTestSet = [TreeTestSet(.equal), TreeTestSet(.notEqual)]
}

/// A tree's nodes in a useful order, found by walking it from the root.
struct TreeWalk {
    /// Indices within the tree: parents before children. Nodes that nothing leads to are left out.
    var order: [Int32]
    /// Of each node in ``order``.
    var depths: [Int32]
    /// The kinds of tests in it.
    var tests = TreeTestSet()

    var depth: Int { Int(depths.max() ?? 0) }
}

extension TreeEnsembleBuilder {
    /// Checks what concerns no single tree.
    func checkCounts() throws(LoadError) {
        guard (0...TreeLimits.featureCountMax).contains(featureCount) else {
            throw LoadError(
                .limit, "\(featureCount) features; at most \(TreeLimits.featureCountMax)")
        }
        guard (1...TreeLimits.targetCountMax).contains(targetCount) else {
            throw LoadError(.limit, "\(targetCount) outputs; at most \(TreeLimits.targetCountMax)")
        }
        guard nodes.count <= TreeLimits.nodeCountMax else {
            throw LoadError(.limit, "\(nodes.count) tree nodes; at most \(TreeLimits.nodeCountMax)")
        }
    }

    /// The nodes of tree `tree`.
    func nodeRange(ofTree tree: Int) -> Range<Int> {
        treeStarts[tree]..<(tree + 1 < treeCount ? treeStarts[tree + 1] : nodes.count)
    }

    /// Walks a tree and checks every node on the way; each may be reached only once, so that
    /// the walk ends.
    func walk(tree: Int) throws(LoadError) -> TreeWalk {
        let range = nodeRange(ofTree: tree)
        guard !range.isEmpty else { throw LoadError(.corrupt, "tree \(tree) has no nodes") }
        var reached = [Bool](repeating: false, count: range.count)
        reached[0] = true
        var walk = TreeWalk(order: [0], depths: [0])
        walk.order.reserveCapacity(range.count)
        walk.depths.reserveCapacity(range.count)
        var next = 0
        while next < walk.order.count {
            let index = walk.order[next]
            let depth = walk.depths[next] + 1
            let node = nodes[range.lowerBound + Int(index)]
            next += 1
            if let problem = problem(of: node) {
                throw LoadError(problem.reason, "tree \(tree), node \(index): \(problem.what)")
            }
            guard let test = node.test else { continue }
            walk.tests.insert(TreeTestSet(test))
            func fail(_ reason: LoadError.Reason, _ what: String) -> LoadError {
                LoadError(reason, "tree \(tree), node \(index): \(what)")
            }
            guard depth <= TreeLimits.depthMax else {
                throw fail(.limit, "deeper than \(TreeLimits.depthMax) branches")
            }
            for side in 0..<2 {
                let child = side == 0 ? node.ifTrue : node.ifFalse
                guard child >= 0, Int(child) < range.count else {
                    throw fail(.corrupt, "a child is out of range")
                }
                guard !reached[Int(child)] else {
                    throw fail(.corrupt, "child \(child) is reached twice")
                }
                reached[Int(child)] = true
                walk.order.append(child)
                walk.depths.append(depth)
            }
        }
        return walk
    }

    /// What is wrong with a node by itself.
    @inline(__always)
    private func problem(of node: TreeNode) -> (reason: LoadError.Reason, what: String)? {
        guard let test = node.test else {
            for index in node.items {
                let leaf = leafWeights[index]
                guard leaf.target >= 0, leaf.target < targetCount else {
                    return (.corrupt, "a leaf's target is out of range")
                }
                let weight = precision == .float32 ? Double(Float(leaf.weight)) : leaf.weight
                guard weight.isFinite else { return (.corrupt, "a leaf's weight is not finite") }
            }
            return nil
        }
        guard node.feature >= 0, node.feature < featureCount else {
            return (.corrupt, "the feature is out of range")
        }
        if test == .inCategories {
            for category in categories[node.items] {
                guard category >= 0, category < TreeLimits.categoryCountMax else {
                    return (.corrupt, "a category is out of range")
                }
            }
        } else if node.threshold.isNaN {
            return (.corrupt, "the threshold is not a number")
        }
        return nil
    }
}
