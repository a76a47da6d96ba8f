import CVigieKernels

/// The functions of recurrent operators: their names, and which parameters they take.
struct RecurrentActivations {
    private struct Known {
        let function: vigie_function
        /// Defaults of alpha and beta; nil for those that the function has not.
        let alpha: Float?
        let beta: Float?
    }

    /// ONNX's names in lower case; defaults as the operators of the same names have them, and as ONNX
    /// Runtime has them for those without (core/providers/cpu/rnn/rnn_helpers.cc).
    private static let known: [String: Known] = [
        "relu": Known(function: VIGIE_RELU, alpha: nil, beta: nil),
        "tanh": Known(function: VIGIE_TANH, alpha: nil, beta: nil),
        "sigmoid": Known(function: VIGIE_SIGMOID, alpha: nil, beta: nil),
        "softsign": Known(function: VIGIE_SOFTSIGN, alpha: nil, beta: nil),
        "softplus": Known(function: VIGIE_SOFTPLUS, alpha: nil, beta: nil),
        "affine": Known(function: VIGIE_AFFINE, alpha: 1, beta: 0),
        "leakyrelu": Known(function: VIGIE_LEAKY_RELU, alpha: 0.01, beta: nil),
        "thresholdedrelu": Known(function: VIGIE_THRESHOLDED_RELU, alpha: 1, beta: nil),
        "scaledtanh": Known(function: VIGIE_SCALED_TANH, alpha: 1, beta: 1),
        "hardsigmoid": Known(function: VIGIE_HARD_SIGMOID, alpha: 0.2, beta: 0.5),
        "elu": Known(function: VIGIE_ELU, alpha: 1, beta: nil),
    ]

    /// By direction, then in the operator's order.
    let functions: [[vigie_activation]]

    /// - Parameter defaults: of one direction.
    init(
        _ node: NodeBuilder, directions: Int, defaults: [vigie_function]
    ) throws(LoadError) {
        let names = try node.strings("activations")
        var alphas = (try node.floats("activation_alpha") ?? [])[...]
        var betas = (try node.floats("activation_beta") ?? [])[...]
        guard let names, !names.isEmpty else {
            let one = defaults.map { vigie_activation($0) }
            functions = Array(repeating: one, count: directions)
            return
        }
        guard names.count == directions * defaults.count else {
            throw node.corrupt(
                "it has \(names.count) activations, not \(directions * defaults.count)")
        }
        var all: [vigie_activation] = []
        for name in names {
            guard let known = Self.known[name.lowercased()] else {
                throw node.unsupported("activation '\(name)'")
            }
            let alpha = known.alpha.map { alphas.popFirst() ?? $0 }
            let beta = known.beta.map { betas.popFirst() ?? $0 }
            all.append(.init(known.function, a: alpha ?? 0, b: beta ?? 0))
        }
        functions = (0..<directions).map { direction in
            Array(all[(direction * defaults.count)..<((direction + 1) * defaults.count)])
        }
    }
}
