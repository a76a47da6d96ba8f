import Glibc

/// Calibrates a score.
struct MapStep: Sendable {
    enum Curve: Sendable {
        /// 1 / (1 + e^-(slope·x + intercept)).
        case platt(slope: Double, intercept: Double)
        case knots(PiecewiseLinearMap)
    }

    var curve: Curve
    var source: Int
    /// Where it goes among the pipeline's values.
    var value: Int

    func run(_ workspace: PipelineWorkspace, rowCount: Int) {
        let output = workspace.values[value]
        output.reshape(TensorShape([rowCount]))
        workspace.values[source].withElements(of: Double.self) { inputs in
            output.withElements(of: Double.self) { outputs in
                for row in 0..<rowCount { outputs[row] = map(inputs[row]) }
            }
        }
    }

    func map(_ x: Double) -> Double {
        switch curve {
        case .platt(let slope, let intercept): 1 / (1 + exp(-(slope * x + intercept)))
        case .knots(let map): map.value(at: x)
        }
    }
}
