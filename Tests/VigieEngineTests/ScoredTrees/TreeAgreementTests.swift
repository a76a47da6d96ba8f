import Testing
import VigieEngine

/// Answers against LightGBM's and scikit-learn's own, with every value that is hard.
@Suite struct TreeAgreementTests {
    private func isNear(_ value: Double, _ expected: Double, _ tolerance: Double) -> Bool {
        value == expected || abs(value - expected) <= tolerance * max(1, abs(expected))
    }

    @Test(arguments: TreeCase.all)
    func outputs_are_those_of_the_library(test: TreeCase) throws {
        let artifact = try test.load()
        let outputs = try artifact.answer(test.rows())
        let expected = try test.outputs()
        #expect(outputs.count == expected.count)
        for (output, expected) in zip(outputs, expected) {
            #expect(isNear(output, expected, 1e-12))
        }
    }

    /// LightGBM's sums are ours to the last bit.
    @Test(arguments: TreeCase.lightGBM.filter { $0.name != "linear" })
    func lightgbm_outputs_are_equal(test: TreeCase) throws {
        let outputs = try test.load().answer(test.rows())
        let expected = try test.outputs()
        #expect(zip(outputs, expected).allSatisfy { isNear($0, $1, 2e-16) })
    }

    @Test(arguments: TreeCase.all)
    func outputs_do_not_depend_on_the_batch(test: TreeCase) throws {
        let artifact = try test.load()
        let rows = try test.rows()
        let together = try artifact.answer(rows)
        let workspace = artifact.makeWorkspace()
        let width = together.count / TreeCase.rowCount
        let isDecision = artifact.outputs.count == 2
        for (first, count) in [(0, 1), (7, 3), (60, 65), (100, 130), (239, 1)] {
            let slice = Array(
                rows[first * TreeCase.featureCount..<(first + count) * TreeCase.featureCount])
            let alone = try artifact.answer(slice, workspace)
            for index in 0..<count * (isDecision ? 1 : width) {
                let place = first * (isDecision ? 1 : width) + index
                #expect(alone[index].bitPattern == together[place].bitPattern)
            }
        }
        #expect(try artifact.answer([], workspace).isEmpty)
        #expect(workspace.outputs[0].shape[0] == 0)
    }

    @Test(arguments: TreeCase.all.filter { $0.outputCount == 1 || $0.name.hasPrefix("isolation") })
    func a_score_becomes_the_output_by_its_link(test: TreeCase) throws {
        let artifact = try test.load()
        let workspace = artifact.makeWorkspace()
        let rows = try test.rows()
        let outputs = try artifact.answer(rows)
        #expect(artifact.scoresRows)
        for row in 0..<TreeCase.rowCount {
            for column in 0..<TreeCase.featureCount {
                workspace.row[column] = rows[row * TreeCase.featureCount + column]
            }
            // Rows of the signature carry codes, and tensors of this model the categories' values.
            if test.name == "histogram-categories" { continue }
            let score = try artifact.score(workspace)
            #expect(artifact.link.response(score).bitPattern == outputs[row].bitPattern)
        }
    }

    @Test(arguments: TreeCase.all.filter { $0.explainedOutputs > 0 })
    func contributions_are_those_of_the_library_and_add_up(test: TreeCase) throws {
        let artifact = try test.load()
        #expect(artifact.explainedOutputCount == test.explainedOutputs)
        try compare(artifact, test, test.contributions(), test.explainedOutputs, 1e-9)
    }

    @Test(arguments: TreeCase.all.filter { $0.againstOutputs > 0 })
    func contributions_against_a_background_are_those_of_shap(test: TreeCase) throws {
        let artifact = try test.load(
            signature: test.load().signature,
            explanation: .interventional(background: test.background()))
        // shap sums in single precision.
        try compare(
            artifact, test, test.contributionsAgainstBackground(), test.againstOutputs, 1e-6)
    }

    private func compare(
        _ artifact: Artifact, _ test: TreeCase, _ expected: [[Double]], _ outputs: Int,
        _ tolerance: Double
    ) throws {
        let workspace = artifact.makeWorkspace()
        let rows = try test.rows()
        for row in 0..<TreeCase.explainedCount {
            for output in 0..<outputs {
                for column in 0..<TreeCase.featureCount {
                    workspace.row[column] = rows[row * TreeCase.featureCount + column]
                }
                let score = try artifact.explain(workspace, output: output)
                let sum = workspace.contributions.reduce(workspace.baseValue, +)
                #expect(abs(sum - score) <= 1e-12 * max(1, abs(score)))
                let ours = workspace.contributions + [workspace.baseValue]
                for (our, their) in zip(ours, expected[row * outputs + output]) {
                    #expect(abs(our - their) <= tolerance, "row \(row), output \(output)")
                }
                guard artifact.scoresRows else { continue }
                #expect(try artifact.score(workspace).bitPattern == score.bitPattern)
            }
        }
    }

    @Test func linear_leaves_score_and_are_not_explained() throws {
        let artifact = try TreeCase.named("linear", .lightgbm).load()
        #expect(artifact.scoresRows && !artifact.explainsRows)
        #expect(artifact.explainedOutputCount == 0)
        #expect(throws: InferenceError.self) { try artifact.explain(artifact.makeWorkspace()) }
    }

    @Test func a_model_of_classes_explains_each_and_has_no_one_score() throws {
        let artifact = try TreeCase.named("multiclass", .lightgbm).load()
        #expect(!artifact.scoresRows && !artifact.explainsRows)
        #expect(artifact.explainedOutputCount == 3)
        #expect(throws: InferenceError.self) { try artifact.score(artifact.makeWorkspace()) }
        #expect(throws: InferenceError.self) {
            try artifact.explain(artifact.makeWorkspace(), output: 3)
        }
    }

    @Test func a_matrix_of_another_width_is_refused() throws {
        let artifact = try TreeCase.named("binary", .lightgbm).load()
        let workspace = artifact.makeWorkspace()
        workspace.inputs[0].reshape(TensorShape([2, 5]))
        #expect(throws: InferenceError.self) { try artifact.run(workspace) }
    }
}
