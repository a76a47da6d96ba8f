import CVigieKernels

/// Functions of one number that neural networks are made of.
extension OperatorTable {
    static let activations: [String: Builder] = [
        "Relu": { (node) throws(LoadError) in
            let isReal = [ElementType].floats.contains(node.type(try node.input(0, .signed)))
            if isReal {
                try function(node, .init(VIGIE_RELU))
            } else {
                try unary(node, .relu, .signed)
            }
        },
        "LeakyRelu": { (node) throws(LoadError) in
            try function(node, .init(VIGIE_LEAKY_RELU, a: node.float("alpha") ?? 0.01))
        },
        "ThresholdedRelu": { (node) throws(LoadError) in
            try function(node, .init(VIGIE_THRESHOLDED_RELU, a: node.float("alpha") ?? 1))
        },
        "HardSigmoid": { (node) throws(LoadError) in
            let (a, b) = (try node.float("alpha") ?? 0.2, try node.float("beta") ?? 0.5)
            try function(node, .init(VIGIE_HARD_SIGMOID, a: a, b: b))
        },
        "HardSwish": { (node) throws(LoadError) in try function(node, .init(VIGIE_HARD_SWISH)) },
        "Softsign": { (node) throws(LoadError) in try function(node, .init(VIGIE_SOFTSIGN)) },
        "Exp": { (node) throws(LoadError) in try function(node, .init(VIGIE_EXP)) },
        "Log": { (node) throws(LoadError) in try function(node, .init(VIGIE_LOG)) },
        "Sigmoid": { (node) throws(LoadError) in try function(node, .init(VIGIE_SIGMOID)) },
        "Tanh": { (node) throws(LoadError) in try function(node, .init(VIGIE_TANH)) },
        "Erf": { (node) throws(LoadError) in try function(node, .init(VIGIE_ERF)) },
        "Elu": { (node) throws(LoadError) in
            try function(node, .init(VIGIE_ELU, a: node.float("alpha") ?? 1))
        },
        "Selu": { (node) throws(LoadError) in
            let (a, b) = (
                try node.float("alpha") ?? 1.67326319, try node.float("gamma") ?? 1.05070102
            )
            try function(node, .init(VIGIE_SELU, a: a, b: b))
        },
        "Celu": { (node) throws(LoadError) in
            let alpha = try node.float("alpha") ?? 1
            guard alpha != 0 else { throw node.corrupt("alpha is 0") }
            try function(node, .init(VIGIE_CELU, a: alpha))
        },
        "Softplus": { (node) throws(LoadError) in try function(node, .init(VIGIE_SOFTPLUS)) },
        "Gelu": { (node) throws(LoadError) in
            let kind = try node.string("approximate") ?? "none"
            guard ["none", "tanh"].contains(kind) else {
                throw node.unsupported("approximate '\(kind)'")
            }
            try function(node, .init(kind == "tanh" ? VIGIE_GELU_TANH : VIGIE_GELU))
        },
        "Swish": { (node) throws(LoadError) in
            try function(node, .init(VIGIE_SWISH, a: node.float("alpha") ?? 1))
        },
        "Mish": { (node) throws(LoadError) in try function(node, .init(VIGIE_MISH)) },
        "PRelu": { (node) throws(LoadError) in
            let input = try node.input(0, .signed)
            let slope = try node.input(1, [node.type(input)])
            let output = try node.output(0, node.type(input))
            let step = PReluStep(node.place, node.type(input), input, slope, output)
            node.add(step, [input, slope], [output])
        },
    ]

    private static func function(
        _ node: NodeBuilder, _ activation: vigie_activation
    ) throws(LoadError) {
        node.ignore("consumed_inputs")
        let input = try node.input(0, .floats)
        let output = try node.output(0, node.type(input))
        let step = FunctionStep(node.place, activation, node.type(input), input, output)
        node.add(step, [input], [output])
        if activation.function == Int32(VIGIE_SIGMOID.rawValue) {
            logisticLink(node, input, output)
        }
    }
}
