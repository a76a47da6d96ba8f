extension OperatorTable {
    static func cast(_ node: NodeBuilder) throws(LoadError) {
        guard let number = try node.int("to") else {
            throw node.corrupt("attribute 'to' is missing")
        }
        guard let type = ElementType(onnx: Int32(clamping: number)) else {
            throw LoadError(
                .unsupported,
                "\(node.place): a cast to type \(number) is not supported; supported are"
                    + " \([ElementType].all.label)")
        }
        // They concern the 8-bit floats only.
        node.ignore("saturate", "round_mode")
        let input = try node.input(0)
        guard node.type(input) != type else { return try node.output(0, slot: input) }
        let output = addCast(node, input, type)
        try node.output(0, slot: output)
    }

    /// A slot with the value of `input` as `type`.
    static func addCast(_ node: NodeBuilder, _ input: Int, _ type: ElementType) -> Int {
        guard node.type(input) != type else { return input }
        let output = node.graph.addSlot(type)
        let step = CastStep(node.place, node.type(input), type, input, output)
        node.add(step, [input], [output])
        if type == .float32 || type == .float64, let link = node.graph.links[input] {
            node.graph.setLink(output, link)
        }
        return output
    }
}
