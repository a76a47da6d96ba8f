/// Some kinds of tests.
struct TreeTestSet: OptionSet {
    let rawValue: UInt8

    init(rawValue: UInt8) { self.rawValue = rawValue }

    init(_ test: TreeTest) { rawValue = 1 << test.rawValue }

    static let categories = TreeTestSet(.inCategories)
    static let equality: TreeTestSet = [TreeTestSet(.equal), TreeTestSet(.notEqual)]
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
        let itemCount = max(leafWeights.count, categories.count)
        guard itemCount <= TreeLimits.itemCountMax else {
            throw LoadError(
                .limit,
                "\(itemCount) weights or categories in trees; at most \(TreeLimits.itemCountMax)")
        }
    }

    /// The nodes of tree `tree`.
    func nodeRange(ofTree tree: Int) -> Range<Int> {
        treeStarts[tree]..<(tree + 1 < treeCount ? treeStarts[tree + 1] : nodes.count)
    }

    /// What is wrong with a node by itself.
    func problem(of node: TreeNode) -> (reason: LoadError.Reason, what: String)? {
        guard let test = node.test else {
            var problem: String?
            forEachWeight(of: node) { leaf in
                let weight = precision == .float32 ? Double(Float(leaf.weight)) : leaf.weight
                if !(leaf.target >= 0 && leaf.target < targetCount) {
                    problem = problem ?? "a leaf's target is out of range"
                } else if !weight.isFinite {
                    problem = problem ?? "a leaf's weight is not finite"
                }
            }
            return problem.map { (.corrupt, $0) }
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
