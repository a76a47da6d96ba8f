import Testing
import VigieEngine

/// Answers against XGBoost's own, on thousands of rows.
@Suite struct XGBoostAgreementTests {
    /// The greatest difference, in units of the expected value or 1, whichever is greater.
    private func difference(_ values: [Float], _ expected: [Float]) -> Double {
        zip(values, expected).reduce(0.0) { greatest, pair in
            let difference = abs(Double(pair.0) - Double(pair.1)) / max(1, abs(Double(pair.1)))
            return difference.isNaN ? .infinity : max(greatest, difference)
        }
    }

    @Test(arguments: XGBoostCase.all)
    func predictions_are_those_of_predict(test: XGBoostCase) throws {
        let artifact = try test.load()
        let expected = try test.expected("outputs")
        let outputs = try artifact.predict(test.rows(), columns: test.featureCount)
        #expect(
            outputs.count == expected.count && outputs.count == test.rowCount * test.outputCount)
        #expect(difference(outputs, expected) <= 1e-6)
        #expect(
            artifact.outputs[0].shape == (test.outputCount == 1 ? [-1] : [-1, test.outputCount]))
    }

    @Test(arguments: XGBoostCase.all.filter { $0.groupCount == 1 })
    func scores_are_the_margins(test: XGBoostCase) throws {
        let artifact = try test.load()
        let workspace = artifact.makeWorkspace()
        let expected = try test.expected("margins")
        let rows = test.rows()
        var scores: [Float] = []
        for row in 0..<test.rowCount {
            for feature in 0..<test.featureCount {
                workspace.row[feature] = Double(rows[row * test.featureCount + feature])
            }
            let score = try artifact.score(workspace)
            #expect(Double(Float(score)) == score)
            scores.append(Float(score))
        }
        #expect(difference(scores, expected) <= 1e-6)
        if !["dart", "linear"].contains(test.name) {
            // Not only near: the same sums in the same order.
            #expect(zip(scores, expected).filter { $0 != $1 }.isEmpty)
        }
    }

    @Test(arguments: XGBoostCase.all.filter { $0.groupCount == 1 })
    func contributions_are_those_of_pred_contribs_and_add_up(test: XGBoostCase) throws {
        let artifact = try test.load()
        let workspace = artifact.makeWorkspace()
        let expected = try test.expected("contributions")
        let rows = test.explainedRows()
        let width = test.featureCount + 1
        #expect(expected.count == test.explainedCount * width)
        for row in 0..<test.explainedCount {
            for feature in 0..<test.featureCount {
                workspace.row[feature] = Double(rows[row * test.featureCount + feature])
            }
            let score = try artifact.explain(workspace)
            #expect(try artifact.score(workspace) == score)
            let sum = workspace.contributions.reduce(workspace.baseValue, +)
            #expect(abs(sum - score) <= 1e-12 * max(1, abs(score)))
            let ours = workspace.contributions.map { Float($0) } + [Float(workspace.baseValue)]
            let theirs = Array(expected[row * width..<(row + 1) * width])
            // XGBoost computes in float32; large margins cost it digits.
            let scale = theirs.map { abs($0) }.max() ?? 1
            for (our, their) in zip(ours, theirs) {
                #expect(abs(our - their) <= 1e-5 * max(1, scale))
            }
        }
    }

    @Test(arguments: XGBoostCase.all.filter { $0.groupCount > 1 })
    func each_output_of_several_is_explained(test: XGBoostCase) throws {
        let artifact = try test.load()
        #expect(!artifact.explainsRows && artifact.explainedOutputCount == test.groupCount)
        let workspace = artifact.makeWorkspace()
        let expected = try test.expected("contributions")
        let rows = test.explainedCount > 0 ? test.explainedRows() : test.rows()
        let width = test.featureCount + 1
        for row in 0..<20 {
            for feature in 0..<test.featureCount {
                workspace.row[feature] = Double(rows[row * test.featureCount + feature])
            }
            for group in 0..<test.groupCount {
                let score = try artifact.explain(workspace, output: group)
                let sum = workspace.contributions.reduce(workspace.baseValue, +)
                #expect(abs(sum - score) <= 1e-12 * max(1, abs(score)))
                // XGBoost explains no vector leaves.
                guard !expected.isEmpty else { continue }
                let first = (row * test.groupCount + group) * width
                for feature in 0..<test.featureCount {
                    let their = Double(expected[first + feature])
                    #expect(abs(workspace.contributions[feature] - their) <= 1e-5)
                }
            }
        }
    }

    @Test func six_thousand_rows_agree_whatever_the_batch() throws {
        let test = try XGBoostCase.named("large")
        let artifact = try test.load()
        let rows = test.rows()
        let together = try artifact.predict(rows, columns: 30)
        #expect(test.rowCount >= 5_000 && together.count == test.rowCount)
        #expect(difference(together, try test.expected("outputs")) <= 1e-6)
        let workspace = artifact.makeWorkspace()
        for row in stride(from: 0, to: test.rowCount, by: 7) {
            let alone = try artifact.predict(
                Array(rows[row * 30..<(row + 1) * 30]), columns: 30, workspace)
            #expect(alone[0].bitPattern == together[row].bitPattern)
        }
    }

    /// Objectives of one's own may have negative Hessians, whose sums are no shares of anything.
    @Test(arguments: ["-", "1e30,", "NaN,"])
    func covers_without_meaning_cost_the_explanations_only(first: String) throws {
        let test = try XGBoostCase.named("json")
        let text = String(decoding: try test.bytes(), as: UTF8.self)
        let covers = "\"sum_hessian\":["
        let replaced = try text.split(separator: covers, omittingEmptySubsequences: false)
            .enumerated().map { index, part in
                guard index > 0 else { return String(part) }
                // The second node's cover, so that every tree with a branch has it.
                let comma = try #require(part.firstIndex(of: ","))
                let rest = part[part.index(after: comma)...]
                let next = first.hasSuffix(",") ? rest.drop { $0 != "," }.dropFirst() : rest
                return part[...comma] + first + next
            }
        let artifact = try ArtifactSource(
            flavor: .xgboost, fileName: "model.json",
            bytes: [UInt8](replaced.joined(separator: covers).utf8)
        ).load()
        #expect(artifact.scoresRows && !artifact.explainsRows)
        let outputs = try artifact.predict(test.rows(), columns: test.featureCount)
        #expect(difference(outputs, try test.expected("outputs")) <= 1e-6)
        #expect {
            _ = try artifact.explain(artifact.makeWorkspace())
        } throws: {
            ($0 as? InferenceError)?.reason == .unsupported
        }
    }
}
