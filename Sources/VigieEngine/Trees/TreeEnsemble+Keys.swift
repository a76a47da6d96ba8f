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
