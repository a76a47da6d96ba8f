import Testing
import VigieEngine

/// Thousands of spoilt LightGBM and vigie-forest files: each gives an error or a model that answers.
@Suite struct TreeFuzzTests {
    static let cases = TreeCase.all.filter {
        [
            "binary", "multiclass", "categories", "linear", "pandas", "zero-as-missing", "rf",
            "isolation", "isolation-features", "forest-classes", "histogram-categories",
            "histogram-names", "boosting-exponential",
        ].contains($0.name)
    }

    @Test(arguments: cases)
    func spoilt_models_are_refused_or_answer(test: TreeCase) throws {
        let seed = Mutator.seed
        print("fuzz \(test.testDescription): VIGIE_FUZZ_SEED=\(seed)")
        let bytes = try test.bytes()
        let others = try Self.cases.filter { $0.flavor == test.flavor }.map { try $0.bytes() }
        var mutator = Mutator(seed: seed, others: others)
        var refusals = 0
        var answers = 0
        for _ in 0..<Mutator.rounds {
            let mutant = mutator.mutate(bytes)
            do {
                let artifact = try ArtifactSource(
                    flavor: test.flavor, fileName: test.file, bytes: mutant
                ).load()
                answers += 1
                try answer(artifact)
            } catch let error as LoadError {
                #expect(error.message.hasPrefix(test.file + ": "))
                refusals += 1
            }
        }
        #expect(refusals > 0 && answers > 0)
    }

    private func answer(_ artifact: Artifact) throws {
        guard let width = artifact.inputs[0].shape.last, width <= 4_096 else { return }
        let values: [Double] = [
            0, 1, -3, 70_000, .nan, .infinity, -.infinity, .leastNonzeroMagnitude, 1e300, -0.5,
            1e-36,
        ]
        let rows = (0..<9 * width).map { values[($0 * 7 + $0 / width) % values.count] }
        let workspace = artifact.makeWorkspace()
        #expect(try artifact.answer(rows, workspace).count >= 9)
        for output in 0..<min(artifact.explainedOutputCount, 4) {
            workspace.row = (0..<workspace.row.count).map { values[$0 % values.count] }
            _ = try artifact.explain(workspace, output: output)
        }
    }
}
