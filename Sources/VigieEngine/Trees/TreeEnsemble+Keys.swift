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
    /// Whether any leaf of the tree adds to `target`; an output of -1 is no target.
    func tree(_ tree: Int, speaksOf target: Int) -> Bool {
        nodes[nodeRange(ofTree: tree)].contains { node in
            node.isLeaf && leafWeights[node.items].contains { Int($0.target) == target }
        }
    }
}
