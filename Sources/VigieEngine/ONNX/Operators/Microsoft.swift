/// Operators of ONNX Runtime's own set, com.microsoft, that converters use.
extension OperatorTable {
    static let microsoft: [String: Builder] = [
        "CDist": { (node) throws(LoadError) in try distance(node) },
        "Tokenizer": { (node) throws(LoadError) in try tokenizer(node) },
    ]
}
