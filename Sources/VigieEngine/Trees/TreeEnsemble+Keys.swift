extension TreeEnsemble {
    /// As the other, for `float64` precision.
    package func fillKeys(of row: Span<Double>, _ scratch: TreeScratch) {
        precondition(precision == .float64 && row.count == featureCount, "one row of doubles")
        row.withUnsafeBufferPointer { row in
            guard let base = row.baseAddress, featureCount > 0 else { return }
            columns.fill(scratch.keys, from: base)
        }
    }
}

extension TreeEnsembleBuilder {
    /// For each output the trees of which some leaf adds to it, in order.
    func treesByTarget() -> [[Int]] {
        var trees = [[Int]](repeating: [], count: targetCount)
        for tree in 0..<treeCount {
            for node in nodes[nodeRange(ofTree: tree)] where node.isLeaf {
                for leaf in leafWeights[node.items] {
                    let target = Int(leaf.target)
                    if trees.indices.contains(target), trees[target].last != tree {
                        trees[target].append(tree)
                    }
                }
            }
        }
        return trees
    }
}
