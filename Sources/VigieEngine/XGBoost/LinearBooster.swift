/// XGBoost's gblinear: a weighted sum in `Float`; a missing value adds nothing.
///
/// XGBoost (seen in 3.2) starts the sums of all groups with the first group's base score, in training
/// too, so that the weights make up for it; here it is the same.
struct LinearBooster: Sendable {
    /// A weight for each feature and group, feature after feature, then each group's bias.
    let weights: [Float]
    let groupCount: Int

    private var featureCount: Int { weights.count / groupCount - 1 }

    func predict(
        _ rows: Span<Float>, startingAt start: [Float], into sums: inout MutableSpan<Float>
    ) {
        for index in sums.indices {
            let (row, group) = (index / groupCount, index % groupCount)
            var sum = weights[featureCount * groupCount + group] + start[0]
            for feature in 0..<featureCount {
                let value = rows[row * featureCount + feature]
                if !value.isNaN { sum += value * weights[feature * groupCount + group] }
            }
            sums[index] = sum
        }
    }

    /// Each feature's term in a group.
    func explain(
        _ row: Span<Float>, group: Int, into contributions: inout MutableSpan<Double>
    ) {
        for feature in row.indices {
            contributions[feature] =
                row[feature].isNaN
                ? 0 : Double(row[feature]) * Double(weights[feature * groupCount + group])
        }
    }
}
