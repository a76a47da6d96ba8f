import Testing

@testable import VigieEngine

/// The same forecasts as Prophet's, and intervals of the same distribution.
@Suite struct ProphetAgreementTests {
    @Test(arguments: ProphetCase.all)
    func forecast_trend_and_components_equal_prophets(test: ProphetCase) throws {
        let call = TensorCall(try test.load())
        try call.fill(test)
        try call.set("uncertainty_samples", [0])
        try call.run()
        let names = call.artifact.outputs.map(\.name)
        #expect(test.expected.allSatisfy { names.contains($0.name) })
        for (name, expected) in test.expected {
            let own = try call.output(name)
            try #require(own.count == expected.count)
            for (a, b) in zip(own, expected) {
                #expect(abs(a - b) <= 1e-9 * max(1, abs(b)), "\(name)")
            }
        }
        #expect(try call.output("yhat_lower").isEmpty)
    }

    /// Kolmogorov and Smirnov's statistic of two samples, one of which is known by its quantiles.
    private func distance(_ sample: [Double], _ quantiles: [Double]) -> Double {
        let sorted = sample.sorted()
        var worst = 0.0
        for (quantile, share) in zip(quantiles, ProphetCase.shares) {
            // Many samples share the value of a trend that never changes, which has six digits here,
            // and of which logistic growth subtracts its sample's mean, whose error this is.
            let slack =
                1e-5 * abs(quantile) + 0.01 * (quantiles[quantiles.count - 1] - quantiles[0])
            let below = sorted.partitioningIndex { $0 >= quantile - slack }
            let notAbove = sorted.partitioningIndex { $0 > quantile + slack }
            let low = Double(below) / Double(sorted.count)
            let high = Double(notAbove) / Double(sorted.count)
            worst = max(worst, share < low ? low - share : share > high ? share - high : 0)
        }
        return worst
    }

    @Test(arguments: ProphetCase.all)
    func samples_have_prophets_distribution(test: ProphetCase) throws {
        let artifact = try test.load()
        let call = TensorCall(artifact)
        try call.fill(test)
        try call.set("uncertainty_samples", [0])
        try call.run()
        let workspace = try #require(call.workspace as? ProphetWorkspace)
        let (samples, rows) = (20_000, test.inputs[0].values.count)
        var random = Xoshiro256(seed: 11)
        let first = workspace.times.firstIndex { $0 > 1 } ?? rows
        artifact.simulation.drawTrends(workspace, from: first, samples: samples, &random)
        let additive = try call.output("additive_terms")
        let multiplicative = try call.output("multiplicative_terms")
        for (place, row) in test.sampledRows.enumerated() {
            artifact.simulation.draw(
                workspace, row: row, future: row < first ? nil : row - first,
                additive: additive[row], multiplicative: multiplicative[row], samples: samples,
                &random)
            let forecasts = workspace.forecastSamples.withElements(of: Double.self) { Array($0) }
            // Two samples of 20,000 differ by 0.023 in one of 100,000 trials.
            #expect(distance(forecasts, test.forecastQuantiles[place]) < 0.023)
            let spread = test.trendQuantiles[place]
            guard let least = spread.first, let greatest = spread.last,
                greatest - least > 1e-5 * abs(greatest)
            else { continue }
            let trends = workspace.trendSamples.withElements(of: Double.self) { Array($0) }
            #expect(distance(trends, spread) < 0.023)
        }
    }

    @Test func the_same_seed_gives_the_same_interval_and_another_one_another() throws {
        let test = try ProphetCase.named("linear")
        let call = TensorCall(try test.load())
        func upper(_ seed: Int64?) throws -> [Double] {
            try call.fill(test)
            if let seed { try call.set("seed", [seed]) }
            try call.run()
            return try call.output("yhat_upper")
        }
        let usual = try upper(nil)
        #expect(try upper(ProphetRequest.seedDefault) == usual)
        #expect(try upper(5) == upper(5))
        #expect(try upper(5) != usual)
        #expect(try upper(-1) != usual)
    }

    @Test func intervals_hold_the_forecast_and_widen_with_their_width() throws {
        let test = try ProphetCase.named("linear")
        let call = TensorCall(try test.load())
        var before = try #require(test.expected.first { $0.name == "yhat" }).values
        for width in [0.1, 0.5, 0.9, 0.99] {
            try call.fill(test)
            try call.set("interval_width", [1], [width])
            try call.run()
            let (lower, upper) = (try call.output("yhat_lower"), try call.output("yhat_upper"))
            let yhat = try call.output("yhat")
            for row in upper.indices where width > 0.1 {
                #expect(lower[row] < yhat[row] && yhat[row] < upper[row])
                #expect(upper[row] > before[row])
            }
            before = upper
        }
    }
}

extension [Double] {
    /// The first place from which on `isRight` holds, in an array that is so sorted.
    fileprivate func partitioningIndex(_ isRight: (Double) -> Bool) -> Int {
        var low = 0
        var high = count
        while low < high {
            let middle = (low + high) / 2
            if isRight(self[middle]) { high = middle } else { low = middle + 1 }
        }
        return low
    }
}
