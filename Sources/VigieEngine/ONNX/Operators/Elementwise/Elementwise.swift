/// Operators on one or two tensors, element by element.
extension OperatorTable {
    static let elementwise: [String: Builder] = [
        "Identity": { (node) throws(LoadError) in try identity(node) },
        "Add": { (node) throws(LoadError) in try binary(node, .add) },
        "Sub": { (node) throws(LoadError) in try binary(node, .subtract) },
        "Mul": { (node) throws(LoadError) in try binary(node, .multiply) },
        "Div": { (node) throws(LoadError) in try binary(node, .divide) },
        "Mod": { (node) throws(LoadError) in
            let isTruncated = (try node.int("fmod") ?? 0) != 0
            let isReal = [ElementType].floats.contains(node.type(try node.input(0, .numbers)))
            guard isTruncated || !isReal else {
                throw node.corrupt("fmod must be 1 for floating-point numbers")
            }
            try binary(node, isTruncated ? .remainder : .modulo)
        },
        "Pow": { (node) throws(LoadError) in try power(node) },
        "Min": { (node) throws(LoadError) in try variadic(node, .minimum) },
        "Max": { (node) throws(LoadError) in try variadic(node, .maximum) },
        "Sum": { (node) throws(LoadError) in try variadic(node, .add) },
        "Mean": { (node) throws(LoadError) in try variadic(node, .add, mean: true) },
        "Equal": { (node) throws(LoadError) in try compare(node, .equal) },
        "Less": { (node) throws(LoadError) in try compare(node, .less) },
        "LessOrEqual": { (node) throws(LoadError) in try compare(node, .lessOrEqual) },
        "Greater": { (node) throws(LoadError) in try compare(node, .less, swap: true) },
        "GreaterOrEqual": { (node) throws(LoadError) in
            try compare(node, .lessOrEqual, swap: true)
        },
        "And": { (node) throws(LoadError) in try logic(node, .and) },
        "Or": { (node) throws(LoadError) in try logic(node, .or) },
        "Xor": { (node) throws(LoadError) in try logic(node, .xor) },
        "Not": { (node) throws(LoadError) in
            let input = try node.input(0, [.bool])
            let output = try node.output(0, .bool)
            node.add(NotStep(node.place, input, output), [input], [output])
        },
        "IsNaN": { (node) throws(LoadError) in
            let input = try node.input(0, .floats)
            let output = try node.output(0, .bool)
            node.add(FloatTestStep(node.place, .nan, input, output), [input], [output])
        },
        "IsInf": { (node) throws(LoadError) in
            let positive = (try node.int("detect_positive") ?? 1) != 0
            let negative = (try node.int("detect_negative") ?? 1) != 0
            let input = try node.input(0, .floats)
            let output = try node.output(0, .bool)
            let kind = FloatTestStep.Kind.infinite(positive: positive, negative: negative)
            node.add(FloatTestStep(node.place, kind, input, output), [input], [output])
        },
        "Where": { (node) throws(LoadError) in try choose(node) },
        "CastLike": { (node) throws(LoadError) in
            node.ignore("saturate", "round_mode")
            let (input, like) = (try node.input(0), try node.input(1))
            try node.output(0, slot: addCast(node, input, node.type(like)))
        },
        "Cast": { (node) throws(LoadError) in try cast(node) },
        "Clip": { (node) throws(LoadError) in try clip(node) },
        "Neg": { (node) throws(LoadError) in try unary(node, .negate, .signed) },
        "Abs": { (node) throws(LoadError) in try unary(node, .absolute, .numbers) },
        "Sign": { (node) throws(LoadError) in try unary(node, .sign, .numbers) },
        "Sqrt": { (node) throws(LoadError) in try unary(node, .squareRoot, .floats) },
        "Floor": { (node) throws(LoadError) in try unary(node, .floor, .floats) },
        "Ceil": { (node) throws(LoadError) in try unary(node, .ceiling, .floats) },
        "Round": { (node) throws(LoadError) in try unary(node, .roundHalfEven, .floats) },
        "Reciprocal": { (node) throws(LoadError) in try unary(node, .reciprocal, .floats) },
    ]

    /// The output is another name of the input's value.
    private static func identity(_ node: NodeBuilder) throws(LoadError) {
        try node.output(0, slot: try node.input(0))
    }

    static func binary(_ node: NodeBuilder, _ kind: BinaryStep.Kind) throws(LoadError) {
        node.ignore("consumed_inputs")
        let pair = try node.inputs(.numbers)
        guard pair.count == 2 else { throw node.corrupt("it has \(pair.count) inputs, not 2") }
        let output = try node.output(0, node.type(pair[0]))
        addBinary(node, kind, pair[0], pair[1], output)
        if kind == .divide { divideLink(node, pair[0], pair[1], output) }
        if kind == .multiply { multiplyLink(node, pair[0], pair[1], output) }
    }

    static func addBinary(
        _ node: NodeBuilder, _ kind: BinaryStep.Kind, _ a: Int, _ b: Int, _ output: Int
    ) {
        let step = BinaryStep(node.place, kind, node.type(a), a, b, output)
        node.add(step, [a, b], [output])
    }

    private static func power(_ node: NodeBuilder) throws(LoadError) {
        var base = try node.input(0, .numbers)
        var exponent = try node.input(1, .numbers)
        let type = node.type(base)
        let output = try node.output(0, type)
        guard node.type(exponent) != type else {
            return addBinary(node, .power, base, exponent, output)
        }
        base = addCast(node, base, .float64)
        exponent = addCast(node, exponent, .float64)
        let result = node.graph.addSlot(.float64)
        addBinary(node, .power, base, exponent, result)
        node.add(CastStep(node.place, .float64, type, result, output), [result], [output])
    }

    private static func variadic(
        _ node: NodeBuilder, _ kind: BinaryStep.Kind, mean: Bool = false
    ) throws(LoadError) {
        let inputs = try node.inputs(kind == .add ? .floats : .numbers)
        let type = node.type(inputs[0])
        var sum = inputs[0]
        for input in inputs.dropFirst() {
            let next = node.graph.addSlot(type)
            addBinary(node, kind, sum, input, next)
            sum = next
        }
        if mean, inputs.count > 1 {
            let count = Tensor(type: type)
            count.reshape(TensorShape())
            if type == .float32 {
                count.withElements(of: Float.self) { $0[0] = Float(inputs.count) }
            } else {
                count.withElements(of: Double.self) { $0[0] = Double(inputs.count) }
            }
            let output = node.graph.addSlot(type)
            addBinary(node, .divide, sum, node.graph.addConstant(count), output)
            sum = output
        }
        try node.output(0, slot: sum)
    }

    private static func compare(
        _ node: NodeBuilder, _ kind: CompareStep.Kind, swap: Bool = false
    ) throws(LoadError) {
        let types: [ElementType] = kind == .equal ? .numbers + [.bool, .string] : .numbers
        let pair = try node.inputs(types)
        guard pair.count == 2 else { throw node.corrupt("it has \(pair.count) inputs, not 2") }
        let output = try node.output(0, .bool)
        let (a, b) = swap ? (pair[1], pair[0]) : (pair[0], pair[1])
        let step = CompareStep(node.place, kind, node.type(a), a, b, output)
        node.add(step, pair, [output])
    }

    private static func logic(_ node: NodeBuilder, _ kind: LogicStep.Kind) throws(LoadError) {
        let (a, b) = (try node.input(0, [.bool]), try node.input(1, [.bool]))
        let output = try node.output(0, .bool)
        node.add(LogicStep(node.place, kind, a, b, output), [a, b], [output])
    }

    private static func choose(_ node: NodeBuilder) throws(LoadError) {
        let condition = try node.input(0, [.bool])
        let (a, b) = (try node.input(1), try node.input(2))
        guard node.type(a) == node.type(b) else {
            throw node.corrupt("its inputs are of different types")
        }
        let output = try node.output(0, node.type(a))
        let step = WhereStep(node.place, condition, a, b, output)
        node.add(step, [condition, a, b], [output])
    }

    private static func clip(_ node: NodeBuilder) throws(LoadError) {
        let input = try node.input(0, .numbers)
        let type = node.type(input)
        let output = try node.output(0, type)
        var bounds: [Int?]
        if node.version < 11 {
            bounds = []
            for name in ["min", "max"] {
                guard let bound = try node.float(name) else {
                    bounds.append(nil)
                    continue
                }
                let tensor = Tensor(type: .float32)
                tensor.reshape(TensorShape())
                tensor.withElements(of: Float.self) { $0[0] = bound }
                bounds.append(addCast(node, node.graph.addConstant(tensor), type))
            }
        } else {
            bounds = [try node.optionalInput(1, [type]), try node.optionalInput(2, [type])]
        }
        let step = ClipStep(node.place, type, input, bounds[0], bounds[1], output)
        node.add(step, [input] + bounds.compactMap { $0 }, [output])
    }

    static func unary(
        _ node: NodeBuilder, _ kind: UnaryStep.Kind, _ types: [ElementType]
    ) throws(LoadError) {
        node.ignore("consumed_inputs")
        let input = try node.input(0, types)
        let output = try node.output(0, node.type(input))
        let step = UnaryStep(node.place, kind, node.type(input), input, output)
        node.add(step, [input], [output])
        unaryLink(node, kind, input, output)
    }
}

extension [ElementType] {
    /// Numbers that can be below zero.
    static let signed: [ElementType] = [.float32, .float64, .int8, .int16, .int32, .int64]
}
