import Testing

@testable import VigieEngine

/// Files that are refused, and why; spoilt files.
@Suite struct ARIMAFileTests {
    private func load(_ text: String) throws -> Artifact {
        try ArtifactSource(flavor: .arima, fileName: "arima.json", bytes: [UInt8](text.utf8)).load()
    }

    private func file(_ members: String) -> String {
        "{\"format\": \"vigie-arima\", \"formatVersion\": 1, \"default\": {\(members)}}"
    }

    @Test(arguments: [
        ("\"order\": [1, 0, 0]", "default: 'ar' is missing"),
        ("\"order\": [1, 0]", "default.order: 2 elements where 3 are expected"),
        (
            "\"order\": [1, 0, 0], \"ar\": [1.2], \"variance\": 1",
            "default: the autoregressive part is not stationary, so that a stationary start does "
                + "not exist; 'start' must be 'diffuse'"
        ),
        (
            "\"order\": [1, 0, 0], \"ar\": [1], \"variance\": 1",
            "default: the autoregressive part is not stationary, so that a stationary start does "
                + "not exist; 'start' must be 'diffuse'"
        ),
        (
            "\"order\": [0, 0, 0], \"seasonalOrder\": [0, 1, 0, 365], \"variance\": 1",
            "default: needs 366 states, more than 256; a season of 365 is better put into Fourier "
                + "regressors"
        ),
        (
            "\"order\": [0, 0, 0], \"seasonalOrder\": [1, 0, 0, 1], \"seasonalAr\": [0.1]",
            "default.seasonalOrder: a seasonal part needs a season of at least 2"
        ),
        ("\"order\": [0, 9, 0]", "default: differences more than 3 times"),
        ("\"order\": [-1, 0, 0]", "default.order: a number is negative or beyond any model"),
        (
            "\"order\": [0, 0, 0], \"variance\": 0",
            "default.variance: 0.0 is no variance: expected 1e-100 … 1e100"
        ),
        (
            "\"order\": [0, 0, 0], \"start\": \"exact\"",
            "default.start: 'exact' is none of 'stationary', 'diffuse'"
        ),
        (
            "\"order\": [0, 0, 0], \"sigma2\": 1",
            "default: has 'sigma2', which this engine does not know"
        ),
        ("\"order\": [0, 0, 0], \"exog\": [1]", "default.exog: 1 elements where 0 are expected"),
        ("\"order\": [0, 0, 0], \"trend\": [NaN]", "default.trend: expected finite numbers"),
    ])
    func a_wrong_model_is_refused_with_its_place(members: String, message: String) {
        let error = #expect(throws: LoadError.self) { _ = try load(file(members)) }
        #expect(error?.message == "arima.json: \(message)")
    }

    @Test func a_model_that_is_not_stationary_may_start_diffuse() throws {
        let artifact = try load(
            file("\"order\": [1, 0, 0], \"ar\": [1], \"variance\": 1, \"start\": \"diffuse\""))
        let call = TensorCall(artifact)
        try call.set("history", [1, 3], [1, 2, 4])
        try call.run()
        #expect(try call.output("mean").allSatisfy { abs($0 - 4) < 1e-5 })
    }

    @Test func examples_for_the_warm_up_are_answered() throws {
        for test in ARIMACase.all {
            let artifact = try test.load()
            let workspace = artifact.makeWorkspace()
            #expect(artifact.fillExample(workspace))
            try artifact.run(workspace)
        }
    }

    /// Thousands of spoilt files: each gives an error or a model that answers, never a crash.
    @Test func spoilt_files_are_refused_or_answer() throws {
        print("fuzz arima: VIGIE_FUZZ_SEED=\(Mutator.seed)")
        let names = ["sarimax-3", "sarimax-5", "sarimax-14", "sarimax-31", "statsforecast-4"]
        let cases = ARIMACase.all.filter { names.contains($0.name) }
        let files = (cases.isEmpty ? Array(ARIMACase.all.prefix(5)) : cases).map {
            [UInt8]($0.file.utf8)
        }
        var mutator = Mutator(seed: Mutator.seed, others: files)
        var (refusals, answers) = (0, 0)
        for round in 0..<Mutator.rounds * 3 {
            let source = ArtifactSource(
                flavor: .arima, fileName: "arima.json",
                bytes: mutator.mutate(files[round % files.count]))
            let artifact: Artifact
            do { artifact = try source.load() } catch {
                #expect("\(error)".hasPrefix("arima.json: "))
                refusals += 1
                continue
            }
            let workspace = artifact.makeWorkspace()
            #expect(artifact.fillExample(workspace))
            do { try artifact.run(workspace) } catch {
                #expect(!"\(error)".isEmpty)
                continue
            }
            let mean = workspace.outputs[0].withElements(of: Double.self) { Array($0) }
            #expect(mean.allSatisfy { $0.isFinite })
            answers += 1
        }
        #expect(refusals > 0 && answers > 0)
    }
}
