import Testing

@testable import VigieEngine

/// Graphs that are compiled to something else than their nodes.
@Suite struct ONNXFusionTests {
    private func steps(_ name: String) throws -> [Step] {
        let fixture = try #require(FixturePack.exports.first { $0.name == name }, "\(name)")
        return try #require(try fixture.load() as? ONNXArtifact).program.steps
    }

    @Test func an_isolation_forest_becomes_one_ensemble() throws {
        let steps = try steps("isolation-forest|float32|ml-3")
        let forests = steps.compactMap { $0 as? TreesStep }
        #expect(forests.count == 1)
        #expect(forests.first?.ensemble.treeCount == 10)
        #expect(steps.count < 15)
    }

    @Test(arguments: ["tfidf-logistic", "tfidf-bigrams-logistic", "tfidf-l1-logistic"])
    func a_text_classifier_becomes_one_step(_ name: String) throws {
        let steps = try steps("\(name)|float32|default")
        #expect(steps.contains { $0 is TextScoreStep })
        #expect(!steps.contains { $0 is TokenizerStep || $0 is TfIdfStep })
    }

    /// Single texts, many times: the counts of one must be gone before the next.
    @Test func texts_leave_nothing_behind() throws {
        let fixture = try #require(
            FixturePack.exports.first { $0.name == "tfidf-logistic|float32|default" })
        let artifact = try fixture.load()
        let workspace = artifact.makeWorkspace()
        let values = try #require(fixture.inputs.first)
        let expected = try #require(fixture.outputs.last).reals
        let classes = expected.count / values.strings.count
        for turn in 0..<3 {
            for (row, text) in values.strings.enumerated() {
                let input = workspace.inputs[0]
                input.reshape(TensorShape([1, 1]))
                input.appendString([0xFF].span.bytes)
                #expect(throws: InferenceError.self) { try artifact.run(workspace) }
                input.reshape(TensorShape([1, 1]))
                input.appendString(text)
                try artifact.run(workspace)
                let found = try #require(workspace.outputs.last).withElements(of: Float.self) {
                    $0.map { Double($0) }
                }
                for index in 0..<classes {
                    let error = abs(found[index] - expected[row * classes + index])
                    #expect(error < 1e-6, "turn \(turn), '\(text)'")
                }
            }
        }
    }
}
