import Testing

@testable import VigieEngine

/// Files and requests that are refused, and why; spoilt files.
@Suite struct ProphetFileTests {
    private func load(_ bytes: [UInt8]) throws(LoadError) -> Artifact {
        try ArtifactSource(flavor: .prophet, fileName: "prophet.json", bytes: bytes).load()
    }

    private func edited(_ name: String, _ from: String, _ to: String) throws -> [UInt8] {
        let text = String(decoding: try ProphetCase.named(name).bytes(), as: UTF8.self)
        try #require(text.contains(from))
        return [UInt8](text.replacing(from, with: to, maxReplacements: 1).utf8)
    }

    private func message(_ bytes: [UInt8]) -> String? {
        do throws(LoadError) { _ = try load(bytes) } catch { return error.message }
        return nil
    }

    @Test func a_countrys_holidays_need_their_dates() throws {
        let bytes = try edited("holidays", "\"vigie_country_holidays\"", "\"something\"")
        #expect(
            message(bytes)
                == "prophet.json: country_holidays: the model has the holidays of 'FR', whose dates "
                + "Prophet does not write into its file; write it with vigie-pipelines, which adds "
                + "them as 'vigie_country_holidays'")
    }

    @Test(arguments: [
        ("\"growth\": \"linear\"", "\"growth\": \"cubic\"", "growth: 'cubic' is no growth"),
        ("\"y_scale\": ", "\"y_scale\": -", "y_scale: -"),
        ("\"scaling\": \"absmax\"", "\"scaling\": \"other\"", "scaling: expected 'absmax'"),
        ("\"changepoints_t\": [", "\"changepoints_t\": [7, ", "changepoints_t: must be finite"),
        ("\"beta\": [[", "\"beta\": [[1, ", "params.beta[0]: "),
        ("\"delta\": [[", "\"delta\": [[1], [", "params.delta: has 2 draws"),
        (
            "\"fourier_order\": 3", "\"fourier_order\": 0",
            "seasonalities[1].yearly.fourier_order: expected"
        ),
        ("\"fourier_order\": 3", "\"fourier_order\": 4", "params.beta[0]: "),
        ("\"t_scale\": ", "\"t_scale\": -", "t_scale: -"),
        ("additive_terms", "additive_sums", "component_modes: additive_terms must be"),
    ])
    func a_wrong_file_is_refused_with_its_place(from: String, to: String, place: String) throws {
        let bytes = try edited("linear", from, to)
        let message = message(bytes) ?? "it was read"
        #expect(message.hasPrefix("prophet.json: \(place)"), "\(message)")
    }

    // MARK: Requests

    private func refusal(_ call: TensorCall) -> InferenceError? {
        do { try call.artifact.run(call.workspace) } catch { return error }
        return nil
    }

    @Test func what_cannot_be_answered_is_refused_with_its_reason() throws {
        let test = try ProphetCase.named("floor")
        let call = TensorCall(try test.load())
        func expect(
            _ message: String, _ reason: InferenceError.Reason = .input,
            _ change: () throws -> Void
        ) throws {
            try call.fill(test, rows: 0..<2)
            try change()
            #expect(refusal(call) == InferenceError(reason, message))
        }
        try expect("input 'ds' must ascend") { try call.set("ds", [86_400, 0]) }
        try expect(
            "input 'ds' holds 9223372037, which is no time in seconds from 1677 to 2262"
        ) { try call.set("ds", [0, 9_223_372_037]) }
        try expect(
            "input 'ds' holds -9223372036854775808, which is no time in seconds from 1677 to 2262"
        ) {
            try call.set("ds", [.min, 0])
        }
        try expect("input 'cap' has the shape [1], expected [2]") { try call.set("cap", [1], [3]) }
        try expect("input 'cap' is 1.0, and must be greater than the floor, which is 2.0") {
            try call.set("cap", [2], [50, 1])
        }
        try expect("input 'floor' holds nan, and must be finite") {
            try call.set("floor", [2], [.nan, 1])
        }
        try expect("input 'interval_width' is 2.0, expected 0 … 1") {
            try call.set("interval_width", [1], [2])
        }
        try expect("input 'uncertainty_samples' is -1") {
            try call.set("uncertainty_samples", [-1])
        }
        try expect(
            "input 'uncertainty_samples': 9223372036854775807 samples of 2 rows are too many for "
                + "one request", .limit
        ) { try call.set("uncertainty_samples", [.max]) }
    }

    @Test func dates_without_known_holidays_are_refused() throws {
        let call = TensorCall(try ProphetCase.named("holidays").load())
        try call.set("ds", [4_102_444_800])
        #expect(
            refusal(call)?.message
                == "input 'ds' holds 4102444800, for which the model has no country holidays")
    }

    @Test func the_example_stays_within_the_days_that_have_holidays() throws {
        let bytes = try edited("holidays", "\"to\": \"2032-12-31\"", "\"to\": \"2021-01-20\"")
        let artifact = try load(bytes)
        let workspace = artifact.makeWorkspace()
        #expect(artifact.fillExample(workspace))
        #expect(workspace.inputs[0].count == 20)
        try artifact.run(workspace)
    }

    @Test func regressors_must_be_finite() throws {
        let test = try ProphetCase.named("regressors")
        let call = TensorCall(try test.load())
        try call.fill(test, rows: 0..<1)
        try call.set("rain", [1], [.infinity])
        #expect(refusal(call)?.message == "input 'rain' holds inf, and must be finite")
    }

    @Test func no_dates_give_no_forecast() throws {
        let test = try ProphetCase.named("regressors")
        let call = TensorCall(try test.load())
        try call.fill(test, rows: 0..<0)
        try call.run()
        for output in call.artifact.outputs { #expect(try call.output(output.name).isEmpty) }
    }

    @Test func a_rows_forecast_does_not_depend_on_its_neighbours() throws {
        for test in ProphetCase.all {
            let call = TensorCall(try test.load())
            try call.fill(test)
            try call.set("uncertainty_samples", [0])
            try call.run()
            let names = call.artifact.outputs.map(\.name).filter {
                !$0.hasSuffix("_lower") && !$0.hasSuffix("_upper")
            }
            let together = try names.map { try call.output($0) }
            for row in together[0].indices {
                try call.fill(test, rows: row..<row + 1)
                try call.set("uncertainty_samples", [0])
                try call.run()
                for (name, all) in zip(names, together) {
                    #expect(try call.output(name) == [all[row]])
                }
            }
        }
    }

    @Test func dates_that_are_all_one_have_noise_and_no_new_trend() throws {
        for test in ProphetCase.all where test.name == "logistic" || test.name == "linear" {
            let call = TensorCall(try test.load())
            try call.fill(test)
            let last = Int64(try #require(test.inputs[0].values.last))
            try call.set("ds", Array(repeating: last, count: test.inputs[0].values.count))
            try call.run()
            let trend = try call.output("trend")
            #expect(zip(try call.output("trend_upper"), trend).allSatisfy { abs($0 - $1) < 1e-9 })
            #expect(
                zip(try call.output("yhat_upper"), try call.output("yhat")).allSatisfy { $0 > $1 })
        }
    }

    @Test func examples_for_the_warm_up_are_answered() throws {
        for test in ProphetCase.all {
            let artifact = try test.load()
            let workspace = artifact.makeWorkspace()
            #expect(artifact.fillExample(workspace))
            try artifact.run(workspace)
        }
    }

    /// Thousands of spoilt files: each gives an error or a model that answers, never a crash.
    @Test(arguments: ["linear", "logistic", "holidays", "regressors", "whole"])
    func spoilt_files_are_refused_or_answer(name: String) throws {
        print("fuzz prophet \(name): VIGIE_FUZZ_SEED=\(Mutator.seed)")
        let test = try ProphetCase.named(name)
        let bytes = try test.bytes()
        let others = try ["minmax", "hours"].map { try ProphetCase.named($0).bytes() }
        var mutator = Mutator(seed: Mutator.seed, others: others)
        var (refusals, answers) = (0, 0)
        for _ in 0..<Mutator.rounds {
            let artifact: Artifact
            do { artifact = try load(mutator.mutate(bytes)) } catch {
                #expect("\(error)".hasPrefix("prophet.json: "))
                refusals += 1
                continue
            }
            let workspace = artifact.makeWorkspace()
            #expect(artifact.fillExample(workspace))
            let samples = workspace.inputs[ProphetTensors.Input.samples.rawValue]
            samples.reshape(TensorShape([1]))
            samples.withElements(of: Int64.self) { $0[0] = 20 }
            do { try artifact.run(workspace) } catch {
                #expect(!"\(error)".isEmpty)
                continue
            }
            answers += 1
        }
        #expect(refusals > 0 && answers > 0)
    }
}
