/// How operators after a classifier change what its scores' log-odds are.
extension OperatorTable {
    static func unaryLink(_ node: NodeBuilder, _ kind: UnaryStep.Kind, _ input: Int, _ output: Int)
    {
        // Probabilities are their own absolute values.
        if kind == .absolute, let link = node.graph.links[input], link.kind != .raw {
            node.graph.setLink(output, link)
        }
    }

    static func logisticLink(_ node: NodeBuilder, _ input: Int, _ output: Int) {
        if node.graph.links[input] == nil {
            node.graph.setLink(output, Link(raw: input, kind: .logistic))
        }
    }

    /// `p / sum(p)`, as skl2onnx writes one-versus-rest normalisation.
    static func divideLink(_ node: NodeBuilder, _ a: Int, _ b: Int, _ output: Int) {
        guard let link = node.graph.links[a], let sum = node.graph.sums[b],
            let summed = node.graph.links[sum], summed.raw == link.raw, link.kind == .logistic
        else { return }
        node.graph.setLink(output, Link(raw: link.raw, kind: .normalizedLogistic))
    }

    /// Multiplication by one, as onnxmltools writes for LightGBM.
    static func multiplyLink(_ node: NodeBuilder, _ a: Int, _ b: Int, _ output: Int) {
        guard let link = node.graph.links[a], let factor = node.constant(b), factor.count == 1,
            factor.type == .float32, factor.withElements(of: Float.self, { $0[0] == 1 })
        else { return }
        node.graph.setLink(output, link)
    }
}
