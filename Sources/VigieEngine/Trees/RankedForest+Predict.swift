import CVigieKernels

extension RankedForest {
    /// Rows from which a pass over as many as the kernel takes is cheaper than one after the other.
    private var rowsMin: Int {
        switch level {
        case VIGIE_CPU_AVX512: 40
        case VIGIE_CPU_AVX2: 32
        default: 32
        }
    }

    /// Adds the trees' sums to as many rows, from the first, as these kernels are best at.
    /// - Parameters:
    ///   - fill: writes the keys of a row to the front of the scratch.
    ///   - one: the kernel for one row.
    ///   - many: the kernel for many.
    /// - Returns: the rows that are done; the others are for the kernels that walk.
    @inline(__always)
    func predict<Number>(
        _ rowCount: Int, _ targetCount: Int, _ scratch: TreeScratch,
        _ output: UnsafeMutablePointer<Number>, fill: (Int) -> Void,
        one: (
            UnsafePointer<vigie_ranked>, vigie_cpu, UnsafePointer<Int32>,
            UnsafeMutableRawPointer, UnsafeMutablePointer<Number>
        ) -> Void,
        many: (
            UnsafePointer<vigie_ranked>, vigie_cpu, Int, UnsafeMutableRawPointer,
            UnsafeMutablePointer<Number>
        ) -> Void
    ) -> Int {
        withUnsafePointer(to: forest) { forest in
            let rowsMax = vigie_ranked_rows(forest)
            let hasOne = vigie_ranked_has_one(forest, level) != 0
            var first = 0
            while rowCount - first >= rowsMin {
                let count = min(rowsMax, rowCount - first)
                for row in 0..<count {
                    fill(first + row)
                    vigie_ranked_put(forest, level, scratch.keys, row, scratch.ranked)
                }
                many(forest, level, count, scratch.ranked, output + first * targetCount)
                first += count
            }
            while hasOne, first < rowCount {
                fill(first)
                one(forest, level, scratch.keys, scratch.ranked, output + first * targetCount)
                first += 1
            }
            return first
        }
    }
}
