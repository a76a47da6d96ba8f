extension OperatorTable {
    /// The maps of column label to probability become the probabilities themselves; the labels are
    /// kept beside the output.
    static func zipMap(_ node: NodeBuilder) throws(LoadError) {
        let input = try node.input(0, .floats)
        let integers = try node.ints("classlabels_int64s")
        let strings = try node.strings("classlabels_strings")
        let labels: ClassLabels
        if let integers {
            labels = .integers(integers.map { Int64($0) })
        } else if let strings {
            labels = .strings(strings)
        } else {
            throw node.corrupt("it has no class labels")
        }
        // A slot of its own, so that only this output carries the labels.
        let output = try node.output(0, node.type(input))
        node.add(CopyStep(node.place, input, output), [input], [output])
        node.graph.setLabels(output, labels)
        if let link = node.graph.links[input] { node.graph.setLink(output, link) }
    }
}
