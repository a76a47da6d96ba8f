import CVigieKernels

extension TreeEnsemble {
    /// Predicts rows, for `float32` precision.
    /// - Parameters:
    ///   - rows: ``featureCount`` values for each of any number of rows; NaN is a missing value.
    ///   - start: ``targetCount`` values that a sum begins with, and that other aggregates are added
    ///     to; empty for zeros.
    ///   - outputs: ``targetCount`` values for each row, overwritten.
    package func predict(
        _ rows: Span<Float>, startingAt start: [Float] = [], into outputs: inout MutableSpan<Float>,
        _ scratch: TreeScratch
    ) {
        precondition(precision == .float32, "a float64 ensemble takes doubles")
        rows.withUnsafeBufferPointer { rows in
            outputs.withUnsafeMutableBufferPointer { outputs in
                predict(
                    rows, start, outputs, scratch, fill: { columns.fill($0, from: $1) },
                    sum: vigie_forest_sum_f32,
                    one: vigie_ranked_one_f32, many: vigie_ranked_sum_f32)
            }
        }
    }

    /// As the other, for `float64` precision.
    package func predict(
        _ rows: Span<Double>, startingAt start: [Double] = [],
        into outputs: inout MutableSpan<Double>, _ scratch: TreeScratch
    ) {
        precondition(precision == .float64, "a float32 ensemble takes floats")
        rows.withUnsafeBufferPointer { rows in
            outputs.withUnsafeMutableBufferPointer { outputs in
                predict(
                    rows, start, outputs, scratch, fill: { columns.fill($0, from: $1) },
                    sum: vigie_forest_sum_f64,
                    one: vigie_ranked_one_f64, many: vigie_ranked_sum_f64)
            }
        }
    }

    @inline(__always)
    private func predict<Number: BinaryFloatingPoint>(
        _ rows: UnsafeBufferPointer<Number>, _ start: [Number],
        _ outputs: UnsafeMutableBufferPointer<Number>, _ scratch: TreeScratch,
        fill: (UnsafeMutablePointer<Int32>, UnsafePointer<Number>) -> Void,
        sum: (
            UnsafePointer<vigie_forest>, UnsafePointer<Int32>, Int, Int,
            UnsafeMutablePointer<Number>
        ) -> Void,
        one: (
            UnsafePointer<vigie_ranked>, vigie_cpu, UnsafePointer<Int32>,
            UnsafeMutableRawPointer, UnsafeMutablePointer<Number>
        ) -> Void,
        many: (
            UnsafePointer<vigie_ranked>, vigie_cpu, Int, UnsafeMutableRawPointer,
            UnsafeMutablePointer<Number>
        ) -> Void
    ) {
        let rowCount = outputs.count / targetCount
        precondition(outputs.count == rowCount * targetCount, "outputs of a part of a row")
        precondition(rows.count == rowCount * featureCount, "rows and outputs do not agree")
        precondition(start.isEmpty || start.count == targetCount, "one start value a target")
        guard let output = outputs.baseAddress, rowCount > 0 else { return }
        let startsAtZero = start.isEmpty || aggregate != .sum
        for index in 0..<outputs.count {
            output[index] = startsAtZero ? 0 : start[index % targetCount]
        }
        let stride = columns.stride
        var first = 0
        if let ranked {
            first = ranked.predict(
                rowCount, targetCount, stride, scratch, output,
                fill: { row, keys in
                    guard featureCount > 0 else { return }
                    fill(
                        keys,
                        rows.baseAddress.unsafelyUnwrapped + row * featureCount)
                }, one: one, many: many)
        }
        withUnsafePointer(to: forest) { forest in
            while first < rowCount {
                let count = min(scratch.rowCount, rowCount - first)
                for row in 0..<count where featureCount > 0 {
                    fill(
                        scratch.keys + row * stride,
                        rows.baseAddress.unsafelyUnwrapped + (first + row) * featureCount)
                }
                if isSimple {
                    sum(forest, scratch.keys, stride, count, output + first * targetCount)
                } else {
                    for row in 0..<count {
                        vigie_forest_leaves(forest, scratch.keys + row * stride, scratch.leaves)
                        gather(scratch.leaves, start, output + (first + row) * targetCount)
                    }
                }
                first += count
            }
        }
    }

    /// Joins what one row's leaves say.
    private func gather<Number: BinaryFloatingPoint>(
        _ leaves: UnsafePointer<UInt32>, _ start: [Number], _ outputs: UnsafeMutablePointer<Number>
    ) {
        switch aggregate {
        case .sum: addAll(leaves, outputs)
        case .average:
            addAll(leaves, outputs)
            for target in 0..<targetCount { outputs[target] /= Number(max(treeCount, 1)) }
        case .minimum, .maximum: setExtremes(leaves, outputs)
        }
        guard aggregate != .sum, !start.isEmpty else { return }
        for target in 0..<targetCount { outputs[target] += start[target] }
    }

    private func addAll<Number: BinaryFloatingPoint>(
        _ leaves: UnsafePointer<UInt32>, _ outputs: UnsafeMutablePointer<Number>
    ) {
        for tree in 0..<treeCount {
            let range = leafRanges.base[Int(leaves[tree])]
            for item in Int(range.x)..<Int(range.y) {
                outputs[Int(leafTargets.base[item])] += Number(leafWeights.base[item])
            }
        }
    }

    private func setExtremes<Number: BinaryFloatingPoint>(
        _ leaves: UnsafePointer<UInt32>, _ outputs: UnsafeMutablePointer<Number>
    ) {
        for target in 0..<targetCount {
            var extreme: Number?
            for tree in 0..<treeCount {
                let range = leafRanges.base[Int(leaves[tree])]
                for item in Int(range.x)..<Int(range.y)
                where Int(leafTargets.base[item]) == target {
                    let weight = Number(leafWeights.base[item])
                    extreme =
                        aggregate == .minimum
                        ? min(extreme ?? weight, weight) : max(extreme ?? weight, weight)
                }
            }
            outputs[target] = extreme ?? 0
        }
    }
}

extension TreeEnsemble {
    /// Writes one row's comparison keys to the front of the scratch, for ``TreeExplainer``.
    package func fillKeys(of row: Span<Float>, _ scratch: TreeScratch) {
        precondition(precision == .float32 && row.count == featureCount, "one row of floats")
        row.withUnsafeBufferPointer { row in
            guard let base = row.baseAddress, featureCount > 0 else { return }
            columns.fill(scratch.keys, from: base)
        }
    }
}
