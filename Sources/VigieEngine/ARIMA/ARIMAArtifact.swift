import CVigieKernels
import Glibc

/// Seasonal ARIMA with regressors: forecasts of many series, each with its own parameters, from the
/// histories in the request. See ``ARIMAFile`` for the file.
///
/// | input | | |
/// |---|---|---|
/// | `history` | FP64 [N, T] | N series of T values, oldest first; NaN is a missing one |
/// | `series` | BYTES [N] | which model each series has; optional if the file has a default |
/// | `lengths` | INT64 [N] | how many of the last values of a row are the series' own (all T) |
/// | `start` | INT64 [N] | steps from the first observation of training to that of the history (0): the time of trends |
/// | `horizon` | INT64 [1] | steps to forecast (as many as `future_exog` has; else the file's) |
/// | `level` | FP64 [1] | of the interval, between 0 and 1 (0.95) |
/// | `quantiles` | FP64 [Q] | quantiles of each forecast, between 0 and 1 (none) |
/// | `exog`, `future_exog` | FP64 [N, T, K], [N, H, K] | regressors, if the file has any; finite |
///
/// | output | | |
/// |---|---|---|
/// | `mean`, `stderr` | FP64 [N, H] | each forecast's normal distribution |
/// | `lower`, `upper` | FP64 [N, H] | `mean` ∓ the level's deviate × `stderr` |
/// | `quantile` | FP64 [N, H, Q] | `mean` + the quantile's deviate × `stderr` |
/// | `fitted` | FP64 [N, T] | what each observation was expected to be from those before; NaN where a row has no own value, or differencing took it |
/// | `loglikelihood` | FP64 [N] | of the history, without the first `burn` observations |
///
/// A series' answer does not depend on the others in the request. It is that of statsmodels 0.15,
/// `SARIMAX(history, exog, …).filter(params).get_forecast(H, exog=future_exog)`: with
/// `simpleDifferencing` a forecast of differences.
public final class ARIMAArtifact: Artifact, @unchecked Sendable {
    /// How many regressors there are.
    let regressors: Int
    /// Steps that are forecast when a request asks for none.
    let horizon: Int
    let hasDefault: Bool
    private let regressorNames: [String]
    private let keys: KeyTable
    private let firstKey: String?
    /// A model for each key, then the default if there is one.
    private let models: [ARIMAModel]
    private let statesMax: Int

    /// - Throws: `corrupt`, `unsupported` or `limit` for the file, `signature` when the source has a
    ///   signature: a forecaster has no row of features.
    public init(_ source: ArtifactSource) throws(LoadError) {
        do throws(LoadError) {
            let file = try ARIMAFile(source.bytes)
            if let signature = source.signature, !signature.features.isEmpty {
                throw LoadError(
                    .signature, "a forecaster has tensors, no features: leave 'signature' out")
            }
            regressors = file.regressors.count
            regressorNames = file.regressors
            horizon = file.horizon
            hasDefault = file.hasDefault
            keys = KeyTable(strings: file.keys)
            firstKey = file.keys.first
            models = try Self.compile(file)
        } catch {
            throw LoadError(error.reason, "\(source.fileName): \(error.message)")
        }
        statesMax = models.reduce(1) { max($0, $1.states) }
        super.init(
            flavor: .arima,
            inputs: ARIMATensors.inputs(regressors: regressors, hasDefault: hasDefault),
            outputs: ARIMATensors.outputs, signature: Signature(features: []),
            memoryBytes: models.reduce(0) { $0 + $1.memoryBytes })
    }

    private static func compile(_ file: ARIMAFile) throws(LoadError) -> [ARIMAModel] {
        var models: [ARIMAModel] = []
        models.reserveCapacity(file.models.count)
        for (index, parameters) in file.models.enumerated() {
            let place = index < file.keys.count ? "models['\(file.keys[index])']" : "default"
            do { models.append(try ARIMAModel(parameters)) } catch {
                throw LoadError(error.reason, "\(place): \(error.message)")
            }
        }
        return models
    }

    override public func makeWorkspace() -> Workspace {
        ARIMAWorkspace(self, states: statesMax)
    }

    override public func run(_ workspace: Workspace) throws(InferenceError) {
        // Workspaces are this artifact's own, made above.
        guard let workspace = workspace as? ARIMAWorkspace else {
            throw InferenceError(.input, "the workspace is that of another artifact")
        }
        let request = try ARIMARequest(workspace, self)
        let (rows, steps) = (request.rows, request.horizon)
        for output in [ARIMATensors.Output.mean, .stderr, .lower, .upper] {
            workspace.tensor(output).reshape(TensorShape([rows, steps]))
        }
        workspace.tensor(.quantile).reshape(TensorShape([rows, steps, request.quantiles]))
        workspace.tensor(.fitted).reshape(TensorShape([rows, request.width]))
        workspace.tensor(.logLikelihood).reshape(TensorShape([rows]))
        var work = 0.0
        for row in 0..<rows {
            let model = try model(of: row, workspace)
            work += Double((request.width + steps) * model.states * model.states)
            guard work <= ARIMALimits.workMax else {
                throw InferenceError(
                    .limit, "\(rows) series of this length are too many for one request; split it")
            }
        }
        for row in 0..<rows {
            let series = ARIMASeries(
                model: try model(of: row, workspace), row: row, request: request,
                regressors: regressors)
            do { try series.forecast(workspace) } catch {
                throw InferenceError(error.reason, "series \(name(row, workspace)): \(error)")
            }
        }
    }

    private func model(of row: Int, _ workspace: ARIMAWorkspace) throws(InferenceError)
        -> ARIMAModel
    {
        let series = workspace.tensor(.series)
        if !series.isAbsent, let index = series.withString(at: row, { keys.find($0) }) {
            return models[index]
        }
        guard hasDefault else {
            throw InferenceError(
                .input,
                "there is no model for the series \(name(row, workspace)), and no default")
        }
        return models[models.count - 1]
    }

    /// "12 ('ATM-0012')", of a row.
    private func name(_ row: Int, _ workspace: ARIMAWorkspace) -> String {
        let series = workspace.tensor(.series)
        guard !series.isAbsent else { return "\(row)" }
        return "\(row) ('\(series.string(at: row).prefix(64))')"
    }

    /// Two years of days of the first series.
    override public func fillExample(_ workspace: Workspace) -> Bool {
        let days = 730
        for tensor in workspace.inputs { tensor.setAbsent() }
        let history = workspace.tensor(ARIMATensors.Input.history)
        history.reshape(TensorShape([1, days]))
        history.withElements(of: Double.self) { values in
            for day in 0..<days {
                values[day] = 20 + Double(day * 5 % 7) + Double(day * 37 % 11) / 4
            }
        }
        if !hasDefault, let firstKey {
            let series = workspace.tensor(ARIMATensors.Input.series)
            series.reshape(TensorShape([1]))
            series.appendString(firstKey)
        }
        guard regressors > 0 else { return true }
        for (input, steps) in [(ARIMATensors.Input.exog, days), (.futureExog, horizon)] {
            let tensor = workspace.tensor(input)
            tensor.reshape(TensorShape([1, steps, regressors]))
            tensor.withElements(of: Double.self) { values in
                for index in values.indices { values[index] = 0 }
            }
        }
        return true
    }
}
