/// Operators of ONNX Runtime's own set, com.microsoft, that converters use.
extension OperatorTable {
    static let microsoft: [String: Builder] = [
        "Tokenizer": { (node) throws(LoadError) in try tokenizer(node) }
    ]
}
