/// Operators that work column by column.
extension OperatorTable {
    static func scaler(_ node: NodeBuilder) throws(LoadError) {
        let offset = try node.floats("offset") ?? [0]
        let scale = try node.floats("scale") ?? [1]
        guard !offset.isEmpty, !scale.isEmpty else {
            throw node.corrupt("offset or scale is empty")
        }
        var input = try node.input(0, .mlNumbers)
        if node.type(input) != .float64 { input = addCast(node, input, .float32) }
        let output = try node.output(0, .float32)
        let step = ScalerStep(node.place, node.type(input), offset, scale, input, output)
        node.add(step, [input], [output])
    }

    static func normalizer(_ node: NodeBuilder) throws(LoadError) {
        let norm = try node.choice("norm", NormalizerStep.Norm.max)
        let input = addCast(node, try node.input(0, .mlNumbers), .float32)
        let output = try node.output(0, .float32)
        node.add(NormalizerStep(node.place, norm, input, output), [input], [output])
        if norm == .l1, let link = node.graph.links[input], link.kind != .raw {
            let kind: Link.Kind = link.kind == .logistic ? .normalizedLogistic : link.kind
            node.graph.setLink(output, Link(raw: link.raw, kind: kind))
        }
    }

    static func imputer(_ node: NodeBuilder) throws(LoadError) {
        let input = try node.input(0, .mlNumbers)
        let type = node.type(input)
        let output = try node.output(0, type)
        let floats = try node.floats("imputed_value_floats")
        let ints = try node.ints("imputed_value_int64s")
        let replacedFloat = try node.float("replaced_value_float") ?? 0
        let replacedInt = try node.int("replaced_value_int64") ?? 0
        if type == .float32 || type == .float64 {
            guard let floats, !floats.isEmpty else {
                throw node.corrupt("imputed_value_floats are missing")
            }
            let step = ImputerStep(
                node.place, type, floats.map { Double($0) }, Double(replacedFloat), [], 0, input,
                output)
            node.add(step, [input], [output])
        } else {
            guard let ints, !ints.isEmpty else {
                throw node.corrupt("imputed_value_int64s are missing")
            }
            let step = ImputerStep(
                node.place, type, [], 0, ints.map { Int64($0) }, Int64(replacedInt), input, output)
            node.add(step, [input], [output])
        }
    }

    static func binarizer(_ node: NodeBuilder) throws(LoadError) {
        let threshold = try node.float("threshold") ?? 0
        let input = try node.input(0, .mlNumbers)
        let output = try node.output(0, node.type(input))
        let step = BinarizerStep(node.place, node.type(input), Double(threshold), input, output)
        node.add(step, [input], [output])
    }

    static func featureVectorizer(_ node: NodeBuilder) throws(LoadError) {
        let widths = try node.ints("inputdimensions")
        var inputs: [Int] = []
        for index in 0..<node.inputCount {
            let input = try node.input(index, .mlNumbers)
            inputs.append(addCast(node, input, .float32))
        }
        guard !inputs.isEmpty, widths.map({ $0.count == inputs.count }) ?? true else {
            throw node.corrupt("inputdimensions and inputs differ in number")
        }
        let output = try node.output(0, .float32)
        let step = ConcatStep(node.place, 1, inputs, output, widths: widths)
        node.add(step, inputs, [output])
    }
}
