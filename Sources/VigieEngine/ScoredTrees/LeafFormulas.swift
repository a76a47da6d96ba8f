/// Leaves that answer with a linear formula: constant + Σ coefficient · value, or, where one of
/// these values is missing, a number (LightGBM's `linear_tree`).
struct LeafFormulas: Sendable {
    /// One leaf's.
    struct Formula {
        var constant: Double
        /// What it answers when a value is missing.
        var fallback: Double
        var terms: [(column: Int, coefficient: Double)]
    }

    /// One row, read, to the numbers of the leaves in which it ends, one a tree.
    let leaves: TreeEnsemble
    /// By tree: the output that it adds to.
    private let targets: FlatArray<Int>
    /// By tree: where its leaves begin in ``constants``.
    private let firsts: FlatArray<Int>
    private let constants: FlatArray<Double>
    private let fallbacks: FlatArray<Double>
    /// By leaf: where its terms begin.
    private let starts: FlatArray<Int>
    private let columns: FlatArray<Int>
    private let coefficients: FlatArray<Double>

    let memoryBytes: Int

    /// - Parameters:
    ///   - leaves: an ensemble with an output for each tree: the number of the leaf.
    ///   - formulas: by tree and leaf.
    ///   - targets: by tree.
    init(leaves: TreeEnsemble, formulas: [[Formula]], targets: [Int]) {
        self.leaves = leaves
        self.targets = FlatArray(targets)
        var firsts: [Int] = []
        var count = 0
        for tree in formulas {
            firsts.append(count)
            count += tree.count
        }
        let all = formulas.flatMap { $0 }
        self.firsts = FlatArray(firsts)
        constants = FlatArray(all.map(\.constant))
        fallbacks = FlatArray(all.map(\.fallback))
        var starts = [0]
        for formula in all { starts.append(starts[starts.count - 1] + formula.terms.count) }
        self.starts = FlatArray(starts)
        columns = FlatArray(all.flatMap { $0.terms.map(\.column) })
        coefficients = FlatArray(all.flatMap { $0.terms.map(\.coefficient) })
        memoryBytes =
            leaves.memoryBytes + self.targets.byteCount + self.firsts.byteCount
            + constants.byteCount + fallbacks.byteCount + self.starts.byteCount
            + columns.byteCount + coefficients.byteCount
    }

    /// Adds what the leaves say, tree after tree.
    /// - Parameters:
    ///   - row: read values.
    ///   - numbers: what ``leaves`` answers for the row.
    ///   - sums: of which the row's begin at `first`.
    func add(
        _ row: Span<Double>, _ numbers: Span<Double>, to sums: inout MutableSpan<Double>,
        from first: Int
    ) {
        for tree in numbers.indices {
            // The numbers are our own: whole and in range.
            let leaf = firsts.base[tree] + Int(numbers[tree])
            var answer = constants.base[leaf]
            for term in starts.base[leaf]..<starts.base[leaf + 1] {
                let value = row[columns.base[term]]
                if value.isNaN {
                    answer = fallbacks.base[leaf]
                    break
                }
                answer += coefficients.base[term] * value
            }
            sums[first + targets.base[tree]] += answer
        }
    }
}
