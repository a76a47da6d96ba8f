import TestRandom
import Testing

@testable import VigieEngine

/// What may be asked, and what is refused with a reason.
@Suite struct ARIMARequestTests {
    static let weekly = """
        {"format": "vigie-arima", "formatVersion": 1, "horizon": 3, "models": {
          "a": {"order": [1, 0, 1], "seasonalOrder": [0, 1, 1, 7], "ar": [0.5], "ma": [0.2],
                "seasonalMa": [-0.6], "variance": 2},
          "b": {"order": [0, 1, 1], "ma": [-0.4], "variance": 1.5, "mean": [0, 0.1]}}}
        """
    static let regression = """
        {"format": "vigie-arima", "formatVersion": 1, "exog": ["payday"],
         "default": {"order": [1, 0, 0], "ar": [0.5], "exog": [3]}}
        """

    private func call(_ text: String) throws -> TensorCall {
        TensorCall(
            try ArtifactSource(flavor: .arima, fileName: "arima.json", bytes: [UInt8](text.utf8))
                .load())
    }

    /// What `run` says is wrong.
    private func refusal(_ call: TensorCall) -> InferenceError? {
        do { try call.artifact.run(call.workspace) } catch { return error }
        return nil
    }

    private func history(_ seed: UInt64, _ count: Int) -> [Double] {
        var random = SplitMix(seed: seed)
        return (0..<count).map { _ in Double.random(in: 0...40, using: &random) }
    }

    // MARK: Answers

    @Test func a_series_answer_does_not_depend_on_its_neighbours() throws {
        let call = try call(Self.weekly)
        let keys = ["a", "b", "a", "b", "b"]
        var rows = (0..<5).map { history(UInt64($0), 40) }
        rows[1][13] = .nan
        rows[4][0] = .nan
        try call.set("series", keys)
        try call.set("history", [5, 40], rows.flatMap { $0 })
        try call.set("quantiles", [2], [0.1, 0.9])
        try call.run()
        let names = call.artifact.outputs.map(\.name)
        let together = try names.map { try call.output($0) }
        for row in 0..<5 {
            try call.set("series", [keys[row]])
            try call.set("history", [1, 40], rows[row])
            try call.run()
            for (name, all) in zip(names, together) {
                let own = try call.output(name)
                let share = all[row * own.count..<(row + 1) * own.count]
                #expect(share.map(\.bitPattern) == own.map(\.bitPattern))
            }
        }
    }

    @Test func lengths_are_as_if_the_rest_were_not_there() throws {
        let call = try call(Self.weekly)
        let own = history(3, 30)
        try call.set("series", ["b"])
        try call.set("history", [1, 30], own)
        try call.run()
        let expected = try call.output("mean") + call.output("loglikelihood")
        try call.set("history", [1, 33], [Double.infinity, 5, .nan] + own)
        try call.set("lengths", [30])
        try call.run()
        #expect(try call.output("mean") + call.output("loglikelihood") == expected)
        let fitted = try call.output("fitted")
        #expect(fitted[0...2].allSatisfy { $0.isNaN } && !fitted[3].isNaN)
    }

    @Test func start_moves_the_time_of_a_trend() throws {
        let call = try call(Self.weekly)
        let values = history(5, 50)
        try call.set("series", ["b"])
        try call.set("history", [1, 50], values)
        try call.run()
        let from = try call.output("mean")
        try call.set("start", [100])
        try call.run()
        // After a difference a linear mean is a constant: only the level at the start differs.
        for (a, b) in zip(from, try call.output("mean")) { #expect(abs(a - b) < 1e-4) }
        try call.set("lengths", [49])
        try call.set("start", [1])
        try call.run()
        for (a, b) in zip(from, try call.output("mean")) { #expect(abs(a - b) < 1e-2) }
    }

    @Test func level_and_quantiles_agree() throws {
        let call = try call(Self.weekly)
        try call.set("series", ["a"])
        try call.set("history", [1, 60], history(9, 60))
        try call.set("level", [1], [0.8])
        try call.set("quantiles", [3], [0.1, 0.5, 0.9])
        try call.run()
        let quantiles = try call.output("quantile")
        let (lower, upper) = (try call.output("lower"), try call.output("upper"))
        let mean = try call.output("mean")
        for step in 0..<3 {
            #expect(abs(quantiles[3 * step] - lower[step]) < 1e-12)
            #expect(quantiles[3 * step + 1] == mean[step])
            #expect(abs(quantiles[3 * step + 2] - upper[step]) < 1e-12)
        }
    }

    @Test func nothing_is_asked_and_nothing_answered() throws {
        let call = try call(Self.weekly)
        try call.set("series", [] as [String])
        try call.set("history", [0, 0], [])
        try call.run()
        #expect(try call.output("mean").isEmpty && call.output("loglikelihood").isEmpty)
        try call.set("series", ["a"])
        try call.set("history", [1, 20], history(1, 20))
        try call.set("horizon", [0])
        try call.run()
        #expect(try call.output("mean").isEmpty)
        #expect(try call.output("loglikelihood").count == 1)
    }

    @Test func regressors_decide_the_horizon() throws {
        let call = try call(Self.regression)
        try call.set("history", [1, 20], history(1, 20))
        try call.set("exog", [1, 20, 1], Array(repeating: 0, count: 20))
        try call.set("future_exog", [1, 5, 1], [0, 0, 1, 0, 0])
        try call.run()
        #expect(try call.output("mean").count == 5)
    }

    // MARK: Refusals

    @Test func what_cannot_be_answered_is_refused_with_its_reason() throws {
        let call = try call(Self.weekly)
        func expect(_ message: String, _ reason: InferenceError.Reason = .input) {
            #expect(refusal(call) == InferenceError(reason, message))
        }
        try call.set("history", [1, 20], history(1, 20))
        expect("input 'series' is missing, and the model has no default")
        try call.set("series", ["c"])
        expect("there is no model for the series 0 ('c'), and no default")
        try call.set("series", ["a", "b"])
        expect("input 'series' has the shape [2], expected [1]")
        try call.set("series", ["a"])
        try call.set("horizon", [-1])
        expect("input 'horizon' is -1")
        try call.set("horizon", [1 << 40])
        expect("input 'horizon' is 1099511627776, more than 3660", .limit)
        try call.set("horizon", [2])
        try call.set("level", [1], [95])
        expect("input 'level' is 95.0, but a level is between 0 and 1, as 0.95")
        try call.set("level", [1], [.nan])
        expect("input 'level' is nan, but a level is between 0 and 1, as 0.95")
        try call.set("level", [1], [0.5])
        try call.set("quantiles", [1], [1])
        expect("input 'quantiles' holds 1.0, but a quantile is between 0 and 1")
        try call.set("quantiles", [0], [])
        try call.set("lengths", [21])
        expect("series 0 ('a'): input 'lengths' is 21, expected 1 … 20")
        try call.set("lengths", [20])
        try call.set("start", [.min])
        expect("series 0 ('a'): input 'start' is -9223372036854775808, beyond any time")
        try call.set("start", [0])
        try call.set("history", [1, 20], Array(repeating: .nan, count: 20))
        expect("series 0 ('a'): input 'history' has no observation, only missing values")
        try call.set("history", [1, 20], Array(repeating: .infinity, count: 20))
        expect("series 0 ('a'): input 'history' holds an infinite value")
        try call.set("history", [1, 0], [])
        expect("input 'history' is empty")
        try call.set("history", [1, 20_001], Array(repeating: 1, count: 20_001))
        expect(
            "input 'history' has 20001 values a series, more than 20000; send the last years",
            .limit)
        try call.set("history", [1, 20], Array(repeating: 1e308, count: 20))
        #expect(refusal(call) == nil)
        try call.set("history", [2, 20], Array(repeating: 1, count: 40))
        expect("input 'series' has the shape [1], expected [2]")
    }

    @Test func regressors_must_fit_and_be_finite() throws {
        let call = try call(Self.regression)
        try call.set("history", [1, 3], [1, 2, 3])
        try call.set("exog", [1, 3, 1], [0, 0, .nan])
        try call.set("future_exog", [1, 1, 1], [0])
        #expect(
            refusal(call)?.message
                == "series 0: regressors must be finite, also where the history is missing")
        try call.set("exog", [1, 2, 1], [0, 0])
        #expect(
            refusal(call)?.message == "input 'exog' has the shape [1, 2, 1], expected [1, 3, 1]")
        try call.set("exog", [1, 3, 1], [0, 0, 0])
        try call.set("horizon", [4])
        #expect(
            refusal(call)?.message
                == "input 'future_exog' has the shape [1, 1, 1], expected [1, 4, 1]")
    }

    @Test func a_request_that_would_take_seconds_is_refused_at_once() throws {
        let season = """
            {"format": "vigie-arima", "formatVersion": 1,
             "default": {"order": [0, 0, 0], "seasonalOrder": [0, 1, 0, 200], "variance": 1}}
            """
        let call = try call(season)
        try call.set("history", [20, 20_000], Array(repeating: 1, count: 400_000))
        #expect(refusal(call)?.reason == .limit)
    }

    @Test func a_constant_history_has_no_spread() throws {
        let call = try call(
            """
            {"format": "vigie-arima", "formatVersion": 1,
             "default": {"order": [0, 1, 0], "seasonalOrder": [0, 0, 0, 0]}}
            """)
        try call.set("history", [1, 10], Array(repeating: 8, count: 10))
        try call.run()
        #expect(try call.output("mean") == Array(repeating: 8, count: 7))
        #expect(try call.output("stderr").allSatisfy { $0 == 0 })
        #expect(try call.output("loglikelihood") == [.infinity])
    }
}
