import VigieEngine
import VigieRegistry

/// Which number of a model's outputs is its score, so that versions can be compared: of the first
/// output of floating-point numbers the last of each row, which of a classifier's probabilities is that
/// of the positive class.
struct ScoreColumn {
    /// Rows of one request that are compared: enough for any distribution.
    static let rowsMax = 1024

    private let output: Int
    private let hasRows: Bool

    /// Nil when no output is a number.
    init?(_ model: LoadedModel) {
        let outputs = model.artifact.outputs
        guard
            let index = outputs.firstIndex(where: { $0.type == .float32 || $0.type == .float64 })
        else { return nil }
        output = index
        hasRows = outputs[index].shape.first == -1
    }

    /// Calls `body` with the score of each row, of the first ``rowsMax``.
    func forEach(_ outputs: [Tensor], _ body: (Double) -> Void) {
        let tensor = outputs[output]
        guard tensor.count > 0, !tensor.isAbsent else { return }
        let rows = hasRows && tensor.shape.rank > 0 ? tensor.shape[0] : 1
        let width = tensor.count / max(rows, 1)
        for row in 0..<min(rows, Self.rowsMax) {
            let index = (row + 1) * width - 1
            switch tensor.type {
            case .float32: body(tensor.withElements(of: Float.self) { Double($0[index]) })
            case .float64: body(tensor.withElements(of: Double.self) { $0[index] })
            default: return
            }
        }
    }

    /// The score of each row, of the first ``rowsMax``.
    func scores(_ outputs: [Tensor]) -> [Double] {
        var scores: [Double] = []
        forEach(outputs) { scores.append($0) }
        return scores
    }
}
