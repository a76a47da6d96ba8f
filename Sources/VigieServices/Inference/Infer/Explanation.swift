import VigieEngine
import VigieProtos

/// The outputs that a request's parameter `explain` adds, or that it asks for by name.
///
/// For N rows of F features: `explanation.contributions`, FP64 [N, F], what each feature added to the
/// row's score, in the order of the signature, and `explanation.base_value`, FP64 [N], the score
/// before any feature speaks. They add up to `Artifact.score`: of a classifier the log-odds, of a
/// regressor the raw prediction. Of a model with several outputs, the parameter `explain_output` says
/// which one's score is explained.
struct Explanation {
    static var contributionsName: Text { "explanation.contributions" }
    static var baseValueName: Text { "explanation.base_value" }
    /// The request's parameters.
    static var parameter: Text { "explain" }
    static var outputParameter: Text { "explain_output" }

    /// Which of the model's outputs is explained.
    let output: Int

    let contributions = Tensor(type: .float64)
    let baseValues = Tensor(type: .float64)

    /// Gives both their shapes.
    func reshape(rows: Int, features: Int) {
        contributions.reshape(TensorShape([rows, features]))
        baseValues.reshape(TensorShape([rows]))
    }

    /// Takes over what ``Artifact/explain(_:)`` has left in `workspace`.
    func store(_ workspace: Workspace, row: Int) {
        let count = workspace.contributions.count
        contributions.withElements(of: Double.self) { target in
            for index in 0..<count { target[row * count + index] = workspace.contributions[index] }
        }
        baseValues.withElements(of: Double.self) { $0[row] = workspace.baseValue }
    }

    /// Bytes of both for one row.
    static func rowBytes(features: Int) -> Int { 8 * (features + 1) }
}
