/// What a request asks of an ``ARIMAArtifact``, checked: shapes fit each other, counts are within
/// ``ARIMALimits``.
struct ARIMARequest {
    /// Series.
    let rows: Int
    /// Values of each row of the history, of which the last `lengths` are the series'.
    let width: Int
    let horizon: Int
    /// The normal deviate of the interval.
    let deviate: Double
    let quantiles: Int

    init(_ workspace: ARIMAWorkspace, _ artifact: ARIMAArtifact) throws(InferenceError) {
        let history = workspace.tensor(.history)
        guard history.shape.rank == 2 else {
            throw Self.fail("history", "has the shape \(history.shape), expected [series, time]")
        }
        rows = history.shape[0]
        width = history.shape[1]
        guard width > 0 || rows == 0 else { throw Self.fail("history", "is empty") }
        guard width <= ARIMALimits.historyMax else {
            throw InferenceError(
                .limit,
                "input 'history' has \(width) values a series, more than \(ARIMALimits.historyMax); "
                    + "send the last years")
        }
        horizon = try Self.horizon(workspace, artifact)
        deviate = try Self.deviate(workspace)
        quantiles = try Self.quantiles(workspace)
        for input in [ARIMATensors.Input.series, .lengths, .start] {
            let tensor = workspace.tensor(input)
            let name = artifact.inputs[input.rawValue].name
            guard tensor.isAbsent || (tensor.shape.rank == 1 && tensor.count == rows) else {
                throw Self.fail(name, "has the shape \(tensor.shape), expected [\(rows)]")
            }
        }
        guard artifact.hasDefault || !workspace.tensor(.series).isAbsent else {
            throw Self.fail("series", "is missing, and the model has no default")
        }
        guard artifact.regressors > 0 else { return }
        for (input, steps) in [(ARIMATensors.Input.exog, width), (.futureExog, horizon)] {
            let shape = workspace.tensor(input).shape
            guard shape == TensorShape([rows, steps, artifact.regressors]) else {
                throw Self.fail(
                    artifact.inputs[input.rawValue].name,
                    "has the shape \(shape), expected [\(rows), \(steps), \(artifact.regressors)]")
            }
        }
    }

    private static func horizon(_ workspace: ARIMAWorkspace, _ artifact: ARIMAArtifact)
        throws(InferenceError) -> Int
    {
        let tensor = workspace.tensor(.horizon)
        var horizon = artifact.horizon
        if !tensor.isAbsent {
            guard tensor.count == 1 else { throw fail("horizon", "must be one number") }
            horizon = Int(tensor.withElements(of: Int64.self) { $0[0] })
        } else if artifact.regressors > 0, workspace.tensor(.futureExog).shape.rank == 3 {
            horizon = workspace.tensor(.futureExog).shape[1]
        }
        guard horizon >= 0 else { throw fail("horizon", "is \(horizon)") }
        guard horizon <= ARIMALimits.horizonMax else {
            throw InferenceError(
                .limit, "input 'horizon' is \(horizon), more than \(ARIMALimits.horizonMax)")
        }
        return horizon
    }

    private static func deviate(_ workspace: ARIMAWorkspace) throws(InferenceError) -> Double {
        let tensor = workspace.tensor(.level)
        guard !tensor.isAbsent else { return NormalDistribution.quantile(0.975) }
        guard tensor.count == 1 else { throw fail("level", "must be one number") }
        let level = tensor.withElements(of: Double.self) { $0[0] }
        guard level > 0, level < 1 else {
            throw fail("level", "is \(level), but a level is between 0 and 1, as 0.95")
        }
        return NormalDistribution.quantile(0.5 + level / 2)
    }

    /// Fills ``ARIMAWorkspace/deviates``.
    private static func quantiles(_ workspace: ARIMAWorkspace) throws(InferenceError) -> Int {
        let tensor = workspace.tensor(.quantiles)
        workspace.deviates.removeAll(keepingCapacity: true)
        guard !tensor.isAbsent else { return 0 }
        guard tensor.count <= ARIMALimits.quantilesMax else {
            throw InferenceError(
                .limit,
                "input 'quantiles' has \(tensor.count) elements, more than "
                    + "\(ARIMALimits.quantilesMax)")
        }
        return try tensor.withElements(of: Double.self) { values throws(InferenceError) in
            for value in values {
                guard value > 0, value < 1 else {
                    throw fail("quantiles", "holds \(value), but a quantile is between 0 and 1")
                }
                workspace.deviates.append(NormalDistribution.quantile(value))
            }
            return values.count
        }
    }

    static func fail(_ input: String, _ what: String) -> InferenceError {
        InferenceError(.input, "input '\(input)' \(what)")
    }
}
