/// The operators of ai.onnx.ml.
extension OperatorTable {
    static let learning: [String: Builder] = [:]
}
