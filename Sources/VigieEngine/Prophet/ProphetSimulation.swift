import Glibc

/// Prophet's intervals: the trend may change in the future as often and as much as it did in the
/// past, and each value has noise (Taylor, Letham 2018, §3.1.4; `sample_model_vectorized`, which is
/// what `predict` runs by default). Random numbers are ``Xoshiro256``'s from the request's seed, so
/// that the samples are not Prophet's, but of the same distribution.
struct ProphetSimulation: Sendable {
    private let model: ProphetModel
    /// The mean size of the trend's changes, and "epsilon to avoid NaNs".
    private let changeScale: Double

    init(_ model: ProphetModel) {
        self.model = model
        let sizes = model.changes.reduce(0) { $0 + abs($1) }
        changeScale = sizes / Double(max(model.changes.count, 1)) + 1e-8
    }

    /// Draws ``ProphetWorkspace/deviations`` of the trend from its expected course, for the rows from
    /// `first` on, which are those after training: rows × samples.
    func drawTrends(
        _ workspace: ProphetWorkspace, from first: Int, samples: Int, _ random: inout Xoshiro256
    ) {
        let rows = workspace.times.count - first
        workspace.deviations.reshape(TensorShape([max(rows, 0), samples]))
        guard rows > 0, samples > 0 else { return }
        let step =
            rows > 1
            ? (workspace.times[first + rows - 1] - workspace.times[first]) / Double(rows - 1)
            : model.meanStep
        // A change at a step is as likely as it was per step of training.
        let likelihood = Double(model.changepoints.count) * step
        workspace.deviations.withElements(of: Double.self) { deviations in
            // Dates that are all the same one leave no time for a change.
            switch step > 0 ? model.growth : .flat {
            case .flat: for index in deviations.indices { deviations[index] = 0 }
            case .linear:
                drawLinear(deviations, rows, samples, step, likelihood, &random)
            case .logistic:
                drawLogistic(workspace, deviations, first, rows, samples, step, likelihood, &random)
            }
        }
    }

    /// A change of the rate; 0 at most steps.
    @inline(__always)
    private func change(_ likelihood: Double, _ random: inout Xoshiro256) -> Double {
        random.uniform() < likelihood ? random.laplace(scale: changeScale) : 0
    }

    private func drawLinear(
        _ deviations: UnsafeMutableBufferPointer<Double>, _ rows: Int, _ samples: Int,
        _ step: Double, _ likelihood: Double, _ random: inout Xoshiro256
    ) {
        for sample in 0..<samples {
            var (before, rate, level) = (0.0, 0.0, 0.0)
            for row in 0..<rows {
                let change = change(likelihood, &random)
                // Half of a change counts at its step, and half at the next.
                rate += (before + change) / 2
                before = change
                level += rate
                deviations[row * samples + sample] = level * step
            }
        }
    }

    private func drawLogistic(
        _ workspace: ProphetWorkspace, _ deviations: UnsafeMutableBufferPointer<Double>,
        _ first: Int, _ rows: Int, _ samples: Int, _ step: Double, _ likelihood: Double,
        _ random: inout Xoshiro256
    ) {
        let past = trendAtEnd(step: step)
        for sample in 0..<samples {
            // `known` is the rate after the last change, which the offset is continuous with.
            var (before, rate, known, offset) = (0.0, past.rate, past.known, past.offset)
            for row in 0..<rows {
                let time = workspace.times[first + row]
                let change = change(likelihood, &random)
                let shift = (before + change) / 2
                before = change
                rate += shift
                if shift != 0, rate != 0 {
                    offset += (time - offset) * (1 - known / rate)
                    known = rate
                }
                deviations[row * samples + sample] =
                    workspace.caps[first + row] / (1 + exp(-rate * (time - offset)))
            }
        }
        // Only the width counts: the expected course is the forecast's own.
        for row in 0..<rows {
            var sum = 0.0
            for sample in 0..<samples { sum += deviations[row * samples + sample] }
            let mean = sum / Double(samples)
            for sample in 0..<samples { deviations[row * samples + sample] -= mean }
        }
    }

    /// Training's changes on a grid of steps: `_make_historical_mat_time`, where of changes that fall
    /// on one step the last one counts.
    private func trendAtEnd(step: Double) -> (rate: Double, known: Double, offset: Double) {
        var (rate, known, offset) = (model.rate, model.rate, model.offset)
        var index = 0
        while index < model.changepoints.count {
            // The first grid time after the change.
            let place = (model.changepoints[index] / step).rounded(.down) + 1
            var last = index
            while last + 1 < model.changepoints.count,
                (model.changepoints[last + 1] / step).rounded(.down) + 1 == place
            {
                last += 1
            }
            let change = model.changes[last]
            rate += change
            if change != 0, rate != 0 {
                offset += (place * step - offset) * (1 - known / rate)
                known = rate
            }
            index = last + 1
        }
        return (rate, known, offset)
    }

    /// Draws the samples of one row's forecast and trend.
    /// - Parameters:
    ///   - future: which row of ``ProphetWorkspace/deviations`` it is; nil for one of the past.
    ///   - additive: the additive terms, in y's units.
    func draw(
        _ workspace: ProphetWorkspace, row: Int, future: Int?, additive: Double,
        multiplicative: Double, samples: Int, _ random: inout Xoshiro256
    ) {
        workspace.forecastSamples.reshape(TensorShape([samples]))
        workspace.trendSamples.reshape(TensorShape([samples]))
        let (expected, floor) = (workspace.trends[row], workspace.floors[row])
        let noise = model.noise * model.scale
        workspace.deviations.withElements(of: Double.self) { deviations in
            workspace.forecastSamples.withElements(of: Double.self) { forecasts in
                workspace.trendSamples.withElements(of: Double.self) { trends in
                    for sample in 0..<samples {
                        let deviation = future.map { deviations[$0 * samples + sample] } ?? 0
                        let trend = (expected + deviation) * model.scale + floor
                        trends[sample] = trend
                        forecasts[sample] =
                            trend * (1 + multiplicative) + additive + noise * random.normal()
                    }
                }
            }
        }
    }
}
