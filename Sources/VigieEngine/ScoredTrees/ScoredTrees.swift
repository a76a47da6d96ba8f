/// What the reader of a format whose trees answer in double precision (LightGBM, vigie-forest)
/// hands over to ``ScoredTreesArtifact``.
struct ScoredTrees {
    /// Of `float64` precision, summed.
    var builder: TreeEnsembleBuilder
    /// What each output's sum begins with.
    var base: [Double]
    /// score = sum / divisor · scale; both finite and not 0.
    var divisor = 1.0
    var scale = 1.0
    var response: ScoreResponse
    /// The tensor `input`: FP32 where the trees were grown on floats, else FP64.
    var inputType: ElementType
    var reading: RowReading
    var features: SignatureMatch.FileFeatures
    /// LightGBM's linear trees: a formula for each leaf of each tree, instead of the builder's
    /// weights.
    var formulas: LeafFormulas?
    /// Isolation forests: the second output `decision_function` is -output - offset.
    var offset: Double?
}

/// How a row's scores become its outputs, of which there are as many.
enum ScoreResponse: Sendable, Equatable {
    /// Each by itself.
    case each(ScoreLink)
    /// Probabilities of classes.
    case softmax

    /// In place; `outputCount` values a row.
    @inline(__always)
    func apply(_ values: inout MutableSpan<Double>, outputCount: Int) {
        switch self {
        case .each(.identity): return
        case .each(let link):
            for index in values.indices { values[index] = link.response(values[index]) }
        case .softmax:
            for start in stride(from: 0, to: values.count, by: outputCount) {
                Self.softmax(&values, start, outputCount)
            }
        }
    }

    /// The greatest is taken off first, so that nothing overflows.
    private static func softmax(_ values: inout MutableSpan<Double>, _ start: Int, _ count: Int) {
        var greatest = -Double.infinity
        for index in start..<start + count { greatest = max(greatest, values[index]) }
        var sum = 0.0
        for index in start..<start + count {
            values[index] = ScoreLink.log.response(values[index] - greatest)
            sum += values[index]
        }
        for index in start..<start + count { values[index] /= sum }
    }
}
