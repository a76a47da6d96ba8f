import CVigieKernels
import Glibc

/// One row of a request, and the model that it has.
struct ARIMASeries {
    let model: ARIMAModel
    let row: Int
    let request: ARIMARequest
    let regressors: Int

    private var parameters: ARIMAParameters { model.parameters }

    /// Filters the history and writes this row of all outputs.
    func forecast(_ workspace: ARIMAWorkspace) throws(InferenceError) {
        let length = try length(workspace)
        let time = parameters.timeOffset + Double(try start(workspace))
        try fillLevel(workspace, length: length)
        let observed = try fillSeries(workspace, length: length)
        guard observed > 0 else {
            throw InferenceError(.input, "input 'history' has no observation, only missing values")
        }
        let kept = try differenceFirst(workspace, length: length)
        addMean(workspace, length: kept, time: time)
        let scale = try filter(workspace, length: kept, time: time)
        try writeIntervals(workspace, scale: scale, kept: kept)
    }

    // MARK: What goes in

    private func length(_ workspace: ARIMAWorkspace) throws(InferenceError) -> Int {
        let lengths = workspace.tensor(.lengths)
        guard !lengths.isAbsent else { return request.width }
        let length = lengths.withElements(of: Int64.self) { $0[row] }
        guard length >= 1, length <= request.width else {
            throw ARIMARequest.fail("lengths", "is \(length), expected 1 … \(request.width)")
        }
        return Int(length)
    }

    private func start(_ workspace: ARIMAWorkspace) throws(InferenceError) -> Int {
        let starts = workspace.tensor(.start)
        guard !starts.isAbsent else { return 0 }
        let start = starts.withElements(of: Int64.self) { $0[row] }
        guard start.magnitude <= 1 << 40 else {
            throw ARIMARequest.fail("start", "is \(start), beyond any time")
        }
        return Int(start)
    }

    /// What the regressors add, at each time of the history and of the future.
    private func fillLevel(_ workspace: ARIMAWorkspace, length: Int) throws(InferenceError) {
        let (width, steps) = (request.width, request.horizon)
        workspace.level.removeAll(keepingCapacity: true)
        guard regressors > 0 else {
            for _ in 0..<length + steps { workspace.level.append(0) }
            return
        }
        try addRegressors(
            workspace, .exog, from: (row * width + width - length) * regressors, steps: length)
        try addRegressors(
            workspace, .futureExog, from: row * steps * regressors, steps: steps)
    }

    private func addRegressors(
        _ workspace: ARIMAWorkspace, _ input: ARIMATensors.Input, from first: Int, steps: Int
    ) throws(InferenceError) {
        let weights = parameters.exog
        try workspace.tensor(input).withElements(of: Double.self) { values throws(InferenceError) in
            var place = first
            for _ in 0..<steps {
                var sum = 0.0
                for index in 0..<regressors { sum += weights[index] * values[place + index] }
                guard sum.isFinite else {
                    throw InferenceError(
                        .input, "regressors must be finite, also where the history is missing")
                }
                workspace.level.append(sum)
                place += regressors
            }
        }
    }

    /// The history without its level; how many observations are not missing.
    private func fillSeries(_ workspace: ARIMAWorkspace, length: Int) throws(InferenceError) -> Int
    {
        workspace.series.removeAll(keepingCapacity: true)
        let first = row * request.width + request.width - length
        return try workspace.tensor(.history).withElements(of: Double.self) {
            values throws(InferenceError) in
            var observed = 0
            for index in 0..<length {
                let value = values[first + index]
                guard !value.isInfinite else {
                    throw ARIMARequest.fail("history", "holds an infinite value")
                }
                if !value.isNaN { observed += 1 }
                workspace.series.append(value - workspace.level[index])
            }
            return observed
        }
    }

    /// Differences series and level, if the model does so before the filter; the series' length.
    private func differenceFirst(_ workspace: ARIMAWorkspace, length: Int) throws(InferenceError)
        -> Int
    {
        let lost = parameters.lostValues
        guard lost < length else {
            throw InferenceError(
                .input, "input 'history' has \(length) values, of which differencing takes \(lost)")
        }
        guard parameters.differencesFirst else { return length }
        for _ in 0..<parameters.seasonalDifferences {
            Self.difference(&workspace.series, parameters.season)
            Self.difference(&workspace.level, parameters.season)
        }
        for _ in 0..<parameters.differences {
            Self.difference(&workspace.series, 1)
            Self.difference(&workspace.level, 1)
        }
        return length - lost
    }

    private static func difference(_ values: inout [Double], _ lag: Int) {
        for index in lag..<values.count {
            values[index - lag] = values[index] - values[index - lag]
        }
        values.removeLast(lag)
    }

    private func addMean(_ workspace: ARIMAWorkspace, length: Int, time: Double) {
        guard !parameters.mean.isEmpty else { return }
        for index in workspace.level.indices {
            var mean = 0.0
            for factor in parameters.mean.reversed() {
                mean = mean * (time + Double(index)) + factor
            }
            workspace.level[index] += mean
            if index < length { workspace.series[index] -= mean }
        }
    }

    // MARK: What comes out

    /// Runs the filter and the forecast; writes `fitted`, `mean`, and variances into `stderr`.
    /// - Returns: what the variances are to be multiplied with.
    private func filter(_ workspace: ARIMAWorkspace, length: Int, time: Double)
        throws(InferenceError) -> Double
    {
        let states = model.states
        let (width, steps) = (request.width, request.horizon)
        var result = vigie_arima_result(
            state: workspace.kernel, covariance: workspace.kernel + states, is_known: 0,
            log_determinants: 0, squares: 0, counted: 0)
        let scratch = workspace.kernel + states + states * states
        workspace.tensor(.fitted).withElements(of: Double.self) { fitted in
            workspace.tensor(.mean).withElements(of: Double.self) { mean in
                workspace.tensor(.stderr).withElements(of: Double.self) { variance in
                    workspace.series.withUnsafeBufferPointer { series in
                        model.withKernel { kernel in
                            guard let row = fitted.baseAddress.map({ $0 + row * width }) else {
                                return
                            }
                            vigie_arima_filter(
                                &kernel, series.baseAddress, length, time, scratch,
                                row + width - length, &result)
                            guard steps > 0, let mean = mean.baseAddress,
                                let variance = variance.baseAddress
                            else { return }
                            vigie_arima_forecast(
                                &kernel, &result, steps, time + Double(length), scratch,
                                mean + self.row * steps, variance + self.row * steps)
                        }
                    }
                    for index in 0..<width - length { fitted[row * width + index] = .nan }
                    for index in 0..<length {
                        fitted[row * width + width - length + index] += workspace.level[index]
                    }
                }
            }
        }
        return try finish(workspace, result)
    }

    /// Writes the likelihood; the variances' scale.
    private func finish(_ workspace: ARIMAWorkspace, _ result: vigie_arima_result)
        throws(InferenceError) -> Double
    {
        let counted = Double(result.counted)
        var scale = 1.0
        var squares = result.squares
        if parameters.variance == nil {
            guard counted > 0 else {
                throw InferenceError(
                    .input,
                    "the history is too short to estimate the variance from: it has no "
                        + "observation after the first \(model.parameters.states)")
            }
            scale = squares / counted
            squares = counted
        }
        let logs = result.log_determinants + (parameters.variance == nil ? counted * log(scale) : 0)
        workspace.tensor(.logLikelihood).withElements(of: Double.self) {
            $0[row] = -0.5 * (counted * log(2 * Double.pi) + logs + squares)
        }
        return scale
    }

    /// From means and variances to standard errors, intervals and quantiles.
    private func writeIntervals(_ workspace: ARIMAWorkspace, scale: Double, kept: Int)
        throws(InferenceError)
    {
        let (steps, first) = (request.horizon, row * request.horizon)
        for step in 0..<steps {
            let place = first + step
            let error = workspace.tensor(.stderr).withElements(of: Double.self) {
                $0[place] = sqrt(max($0[place] * scale, 0))
                return $0[place]
            }
            let mean = workspace.tensor(.mean).withElements(of: Double.self) {
                $0[place] += workspace.level[kept + step]
                return $0[place]
            }
            guard mean.isFinite, error.isFinite else {
                throw InferenceError(.input, "the forecast of step \(step + 1) overflows")
            }
            let reach = request.deviate * error
            workspace.tensor(.lower).withElements(of: Double.self) { $0[place] = mean - reach }
            workspace.tensor(.upper).withElements(of: Double.self) { $0[place] = mean + reach }
            guard request.quantiles > 0 else { continue }
            workspace.tensor(.quantile).withElements(of: Double.self) {
                for index in 0..<request.quantiles {
                    $0[place * request.quantiles + index] = mean + workspace.deviates[index] * error
                }
            }
        }
    }
}
