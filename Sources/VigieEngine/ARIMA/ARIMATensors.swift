/// Where an ``ARIMAArtifact``'s inputs and outputs are.
enum ARIMATensors {
    enum Input: Int {
        case history, series, lengths, start, horizon, level, quantiles
        /// Only when the file has regressors.
        case exog, futureExog
    }

    enum Output: Int { case mean, stderr, lower, upper, quantile, fitted, logLikelihood }

    static func inputs(regressors: Int, hasDefault: Bool) -> [TensorSpec] {
        var inputs = [
            TensorSpec(name: "history", type: .float64, shape: [-1, -1]),
            TensorSpec(name: "series", type: .string, shape: [-1], isOptional: hasDefault),
            TensorSpec(name: "lengths", type: .int64, shape: [-1], isOptional: true),
            TensorSpec(name: "start", type: .int64, shape: [-1], isOptional: true),
            TensorSpec(name: "horizon", type: .int64, shape: [1], isOptional: true),
            TensorSpec(name: "level", type: .float64, shape: [1], isOptional: true),
            TensorSpec(name: "quantiles", type: .float64, shape: [-1], isOptional: true),
        ]
        if regressors > 0 {
            inputs += ["exog", "future_exog"].map {
                TensorSpec(name: $0, type: .float64, shape: [-1, -1, regressors])
            }
        }
        return inputs
    }

    static let outputs = [
        TensorSpec(name: "mean", type: .float64, shape: [-1, -1]),
        TensorSpec(name: "stderr", type: .float64, shape: [-1, -1]),
        TensorSpec(name: "lower", type: .float64, shape: [-1, -1]),
        TensorSpec(name: "upper", type: .float64, shape: [-1, -1]),
        TensorSpec(name: "quantile", type: .float64, shape: [-1, -1, -1]),
        TensorSpec(name: "fitted", type: .float64, shape: [-1, -1], mayBeMissing: true),
        TensorSpec(name: "loglikelihood", type: .float64, shape: [-1]),
    ]
}

extension Workspace {
    func tensor(_ input: ARIMATensors.Input) -> Tensor { inputs[input.rawValue] }
    func tensor(_ output: ARIMATensors.Output) -> Tensor { outputs[output.rawValue] }
}
