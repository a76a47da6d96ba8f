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
    ///   - keyStride: keys of a row.
    ///   - fill: writes the keys of a row.
    ///   - one: the kernel for one row.
    ///   - many: the kernel for many.
    /// - Returns: the rows that are done; the others are for the kernels that walk.
    @inline(__always)
    func predict<Number>(
        _ rowCount: Int, _ targetCount: Int, _ keyStride: Int, _ scratch: TreeScratch,
        _ output: UnsafeMutablePointer<Number>,
        fill: (_ row: Int, UnsafeMutablePointer<Int32>) -> Void,
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
                var row = 0
                while row < count {
                    let some = min(scratch.rowCount, count - row)
                    for index in 0..<some {
                        fill(first + row + index, scratch.keys + index * keyStride)
                    }
                    vigie_ranked_put(
                        forest, level, scratch.keys, keyStride, row, some, scratch.ranked)
                    row += some
                }
                many(forest, level, count, scratch.ranked, output + first * targetCount)
                first += count
            }
            while hasOne, first < rowCount {
                fill(first, scratch.keys)
                one(forest, level, scratch.keys, scratch.ranked, output + first * targetCount)
                first += 1
            }
            return first
        }
    }
}
