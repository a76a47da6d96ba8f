import Glibc

/// A Prophet model, from the file that `prophet.serialize.model_to_json` writes; see
/// ``ProphetReader``.
///
/// | input | | |
/// |---|---|---|
/// | `ds` | INT64 [H] | seconds since 1970-01-01, UTC, as pandas' timestamps without a zone; ascending |
/// | `cap` | FP64 [H] | capacity, for logistic growth |
/// | `floor` | FP64 [H] | if the model was fitted with one |
/// | each condition | BOOL [H] | whether the season of that condition is on |
/// | each regressor | FP64 [H] | in its own units |
/// | `interval_width` | FP64 [1] | optional; else the model's |
/// | `uncertainty_samples` | INT64 [1] | optional; 0 leaves all intervals empty; else the model's |
/// | `seed` | INT64 [1] | optional, of the simulation (20,200,101) |
///
/// Outputs are FP64 [H]: `yhat`, `yhat_lower`, `yhat_upper`, `trend`, `trend_lower`, `trend_upper`,
/// then the components by Prophet's names: additive ones in y's units, multiplicative ones as shares
/// of the trend. `yhat`, `trend` and components are Prophet 1.5's; intervals are equal to those of
/// its `predict` in distribution, and the same for the same request. As Prophet's, they depend on the
/// distances between the future dates.
public final class ProphetArtifact: Artifact, @unchecked Sendable {
    let model: ProphetModel
    let simulation: ProphetSimulation
    private let tensors: ProphetTensors
    private let trend: ProphetTrend
    private let columns: ProphetColumns

    /// - Throws: `corrupt`, `unsupported` or `limit` for the file, `signature` when the source has a
    ///   signature: a forecaster has no row of features.
    public init(_ source: ArtifactSource) throws(LoadError) {
        do throws(LoadError) {
            model = try ProphetReader.read(source.bytes)
            tensors = try ProphetTensors(model)
            if let signature = source.signature, !signature.features.isEmpty {
                throw LoadError(
                    .signature, "a forecaster has tensors, no features: leave 'signature' out")
            }
        } catch {
            throw LoadError(error.reason, "\(source.fileName): \(error.message)")
        }
        trend = ProphetTrend(model)
        columns = ProphetColumns(model, tensors)
        simulation = ProphetSimulation(model)
        super.init(
            flavor: .prophet, inputs: tensors.inputs, outputs: tensors.outputs,
            signature: Signature(features: []), memoryBytes: Self.memory(model))
    }

    private static func memory(_ model: ProphetModel) -> Int {
        16 * model.changepoints.count + 16 * model.holidays.count + 16 * model.weights.count
            + 8 * model.members.count + 64 * model.components.count + 1_024
    }

    override public func makeWorkspace() -> Workspace { ProphetWorkspace(self) }

    override public func run(_ workspace: Workspace) throws(InferenceError) {
        // Workspaces are this artifact's own, made above.
        guard let workspace = workspace as? ProphetWorkspace else {
            throw InferenceError(.input, "the workspace is that of another artifact")
        }
        let request = try ProphetRequest(workspace, self)
        for (index, output) in workspace.outputs.enumerated() {
            let isInterval = Self.intervals.contains(index)
            output.reshape(TensorShape([isInterval && request.samples == 0 ? 0 : request.rows]))
        }
        try fillTrends(workspace, request.rows)
        let dates = workspace.inputs[ProphetTensors.Input.ds.rawValue]
        for row in 0..<request.rows {
            let second = dates.withElements(of: Int64.self) { $0[row] }
            try columns.fill(workspace, row: row, second: second)
            try write(workspace, row: row)
        }
        if request.samples > 0 { simulate(workspace, request) }
    }

    private static let intervals: Set<Int> = [
        ProphetTensors.Output.yhatLower.rawValue, ProphetTensors.Output.yhatUpper.rawValue,
        ProphetTensors.Output.trendLower.rawValue, ProphetTensors.Output.trendUpper.rawValue,
    ]

    // MARK: Trend

    /// Checks dates, capacities and floors; fills the workspace's times, trends, caps and floors.
    private func fillTrends(_ workspace: ProphetWorkspace, _ rows: Int) throws(InferenceError) {
        workspace.times.removeAll(keepingCapacity: true)
        workspace.trends.removeAll(keepingCapacity: true)
        workspace.caps.removeAll(keepingCapacity: true)
        workspace.floors.removeAll(keepingCapacity: true)
        let dates = workspace.inputs[ProphetTensors.Input.ds.rawValue]
        var before = Int64.min
        for row in 0..<rows {
            let second = dates.withElements(of: Int64.self) { $0[row] }
            try check(second, after: before)
            before = second
            let time = (Double(second) - model.start) / model.timeScale
            let floor = try number(workspace, tensors.floor, "floor", row) ?? model.floor
            var scaled = 0.0
            if let cap = try number(workspace, tensors.cap, "cap", row) {
                guard cap > floor else {
                    throw ProphetRequest.fail(
                        "cap", "is \(cap), and must be greater than the floor, which is \(floor)")
                }
                scaled = (cap - floor) / model.scale
            }
            workspace.times.append(time)
            workspace.floors.append(floor)
            workspace.caps.append(scaled)
            workspace.trends.append(trend.value(at: time, cap: scaled))
        }
    }

    private func check(_ second: Int64, after before: Int64) throws(InferenceError) {
        guard second.magnitude <= UInt64(ProphetLimits.secondsMax) else {
            throw ProphetRequest.fail(
                "ds", "holds \(second), which is no time in seconds from 1677 to 2262")
        }
        guard second >= before else { throw ProphetRequest.fail("ds", "must ascend") }
        if let covered = model.holidaysCovered, !covered.contains(CivilDay.containing(second)) {
            throw ProphetRequest.fail(
                "ds", "holds \(second), for which the model has no country holidays")
        }
    }

    private func number(
        _ workspace: ProphetWorkspace, _ input: Int?, _ name: String, _ row: Int
    ) throws(InferenceError) -> Double? {
        guard let input else { return nil }
        let value = workspace.inputs[input].withElements(of: Double.self) { $0[row] }
        guard abs(value) <= 1e100 else {
            throw ProphetRequest.fail(name, "holds \(value), and must be finite")
        }
        return value
    }

    // MARK: Answers

    private func write(_ workspace: ProphetWorkspace, row: Int) throws(InferenceError) {
        let trend = workspace.trends[row] * model.scale + workspace.floors[row]
        let yhat =
            trend * (1 + workspace.components[model.multiplicativeTerms])
            + workspace.components[model.additiveTerms]
        guard yhat.isFinite else {
            throw InferenceError(.input, "the forecast of row \(row) overflows")
        }
        set(workspace, .yhat, row, yhat)
        set(workspace, .trend, row, trend)
        for index in workspace.components.indices {
            workspace.outputs[ProphetTensors.firstComponent + index].withElements(of: Double.self) {
                $0[row] = workspace.components[index]
            }
        }
    }

    private func set(
        _ workspace: ProphetWorkspace, _ output: ProphetTensors.Output, _ row: Int, _ value: Double
    ) {
        workspace.outputs[output.rawValue].withElements(of: Double.self) { $0[row] = value }
    }

    private func component(_ workspace: ProphetWorkspace, _ index: Int, _ row: Int) -> Double {
        workspace.outputs[ProphetTensors.firstComponent + index].withElements(of: Double.self) {
            $0[row]
        }
    }

    /// Fills the intervals.
    private func simulate(_ workspace: ProphetWorkspace, _ request: ProphetRequest) {
        var random = Xoshiro256(seed: request.seed)
        let first = workspace.times.firstIndex { $0 > 1 } ?? request.rows
        simulation.drawTrends(workspace, from: first, samples: request.samples, &random)
        let low = (1 - request.intervalWidth) / 2
        let high = (1 + request.intervalWidth) / 2
        for row in 0..<request.rows {
            simulation.draw(
                workspace, row: row, future: row < first ? nil : row - first,
                additive: component(workspace, model.additiveTerms, row),
                multiplicative: component(workspace, model.multiplicativeTerms, row),
                samples: request.samples, &random)
            workspace.forecastSamples.withElements(of: Double.self) {
                set(workspace, .yhatLower, row, Percentile.of($0, at: low))
                set(workspace, .yhatUpper, row, Percentile.of($0, at: high))
            }
            workspace.trendSamples.withElements(of: Double.self) {
                set(workspace, .trendLower, row, Percentile.of($0, at: low))
                set(workspace, .trendUpper, row, Percentile.of($0, at: high))
            }
        }
    }

    /// Eight weeks of days after training, or as many as there are holidays of.
    override public func fillExample(_ workspace: Workspace) -> Bool {
        let rows = min(56, model.holidaysCovered?.count ?? 56)
        for tensor in workspace.inputs { tensor.setAbsent() }
        var first = Int64(model.start + model.timeScale)
        if let covered = model.holidaysCovered {
            let last = Int64(covered.upperBound - rows + 1) * CivilDay.seconds
            first = min(max(first, Int64(covered.lowerBound) * CivilDay.seconds), last)
        }
        for (index, spec) in inputs.enumerated() where spec.shape == [-1] {
            let tensor = workspace.inputs[index]
            tensor.reshape(TensorShape([rows]))
            switch spec.type {
            case .int64:
                tensor.withElements(of: Int64.self) { values in
                    for row in 0..<rows { values[row] = first + Int64(row) * CivilDay.seconds }
                }
            case .bool:
                tensor.withElements(of: UInt8.self) { values in
                    for row in 0..<rows { values[row] = 1 }
                }
            default:
                let regressor = tensors.regressors.firstIndex(of: index)
                let value =
                    regressor.map { model.regressors[$0].mean }
                    ?? (index == tensors.cap ? 2 * model.scale + abs(model.floor) : 0)
                tensor.withElements(of: Double.self) { values in
                    for row in 0..<rows { values[row] = value }
                }
            }
        }
        return true
    }
}
