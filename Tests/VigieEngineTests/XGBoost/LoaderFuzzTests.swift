import Foundation
import Testing
import VigieEngine

/// Thousands of spoilt files: each gives an error or a model that answers, never a crash.
@Suite struct LoaderFuzzTests {
    static let names = [
        "logistic", "softprob", "dart", "categories-mixed", "categories-codes", "json", "json-1.3",
        "linear", "stumps", "lossguide", "softmax", "vector-leaves",
    ]

    @Test(arguments: names)
    func spoilt_models_are_refused_or_answer(name: String) throws {
        let seed = Mutator.seed
        print("fuzz \(name): VIGIE_FUZZ_SEED=\(seed) VIGIE_FUZZ_ROUNDS=\(Mutator.rounds)")
        let test = try XGBoostCase.named(name)
        let others = try ["logistic", "json", "categories-codes"].map {
            try XGBoostCase.named($0).bytes()
        }
        let bytes = try test.bytes()
        var mutator = Mutator(seed: seed, others: others)
        var refusals = 0
        var answers = 0
        for _ in 0..<Mutator.rounds {
            let mutant = mutator.mutate(bytes)
            do {
                let artifact = try ArtifactSource(
                    flavor: .xgboost, fileName: test.file, bytes: mutant
                ).load()
                answers += 1
                try answer(artifact)
            } catch let error as LoadError {
                #expect(error.message.hasPrefix(test.file + ": "))
                refusals += 1
            }
        }
        // The mutator spoils files, and not all of them.
        #expect(refusals > 0 && answers > 0)
    }

    @Test func spoilt_scorecards_are_refused_or_answer() throws {
        print("fuzz scorecard: VIGIE_FUZZ_SEED=\(Mutator.seed)")
        let bytes = [UInt8](ScorecardTests.card.utf8)
        var mutator = Mutator(seed: Mutator.seed, others: [bytes])
        var refusals = 0
        for _ in 0..<Mutator.rounds * 10 {
            let source = ArtifactSource(
                flavor: .scorecard, fileName: "scorecard.json", bytes: mutator.mutate(bytes))
            guard let artifact = try? source.load() else {
                refusals += 1
                continue
            }
            let workspace = artifact.makeWorkspace()
            for value in [0.0, 1, 42, -1, .infinity, .nan] {
                workspace.row = workspace.row.map { _ in value }
                let score = try? artifact.explain(workspace)
                #expect(score == (try? artifact.score(workspace)) || score?.isNaN == true)
            }
        }
        #expect(refusals > 0)
    }

    private func answer(_ artifact: Artifact) throws {
        guard let width = artifact.inputs[0].shape.last, width <= 4_096 else { return }
        let workspace = artifact.makeWorkspace()
        let values: [Float] = [0, 1, -3, 70_000, .nan, .infinity, -.infinity, Float(bitPattern: 7)]
        var rows: [Float] = []
        for row in 0..<9 {
            for column in 0..<width { rows.append(values[(row * 3 + column) % values.count]) }
        }
        let outputs = try artifact.predict(rows, columns: width, workspace)
        #expect(outputs.count >= 9)
        guard artifact.scoresRows else { return }
        for row in 0..<8 {
            for column in workspace.row.indices {
                workspace.row[column] = Double(values[(row + column) % values.count])
            }
            let score = try artifact.score(workspace)
            guard artifact.explainsRows else { continue }
            #expect(try artifact.explain(workspace).bitPattern == score.bitPattern)
        }
    }
}
