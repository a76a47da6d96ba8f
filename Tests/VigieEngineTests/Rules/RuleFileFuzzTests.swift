import Testing

@testable import VigieEngine

/// Mutations of valid rule files, pipelines and watchlists are refused, or answer.
@Suite struct RuleFileFuzzTests {
    private static let pipeline = """
        {"format": "vigie-pipeline", "formatVersion": 1, "inputs": [{"name": "x"},
         {"name": "y", "missing": "allow"}, {"name": "kind", "type": "text", "values": ["cash", "card"]}],
         "members": {"a": {"model": "a", "version": 1}, "r": {"model": "r", "version": 2}},
         "steps": [{"name": "s", "member": "a"}, {"name": "code", "expression": "if kind == 'card' then 0 else 1"},
          {"member": "a", "inputs": {"input": ["x", "y", "code"]}, "outputs": {"p": "probability"}},
          {"name": "q", "of": "p", "calibration": {"method": "isotonic", "x": [0, 0.5, 1], "y": [0, 0.25, 1]}},
          {"name": "z", "of": "s", "calibration": {"method": "platt", "slope": 1, "intercept": 0}},
          {"member": "r", "inputs": {"model.score": "s"}, "outputs": {"points": "score"}},
          {"name": "t", "expression": "max(0.5 * s, logistic(z)) + 0.1 * coalesce(y, 1)"}],
         "outputs": [{"name": "t"}, {"name": "points"}, {"name": "q"}], "score": {"value": "t", "link": "logit"}}
        """

    private static func run(_ artifact: Artifact) {
        let workspace = artifact.makeWorkspace()
        for rows in [0, 1, 3] {
            for (spec, tensor) in zip(artifact.inputs, workspace.inputs) {
                let shape = spec.shape.enumerated().map { $0 == 0 ? rows : max($1, 1) }
                tensor.reshape(TensorShape(shape))
                if spec.type == .string {
                    for row in 0..<tensor.count { tensor.appendString(row == 1 ? "" : "card") }
                } else {
                    tensor.withMutableBytes {
                        _ = $0.initializeMemory(as: UInt8.self, repeating: 1)
                    }
                }
            }
            do {
                try artifact.run(workspace)
                for output in workspace.outputs { #expect(output.shape[0] == rows) }
            } catch { #expect(!error.message.isEmpty) }
        }
        guard artifact.scoresRows else { return }
        for value in [0.0, 1, .nan, -.infinity] {
            for index in workspace.row.indices { workspace.row[index] = value }
            do {
                let score = try artifact.score(workspace)
                guard artifact.explainsRows, score.isFinite else { continue }
                #expect(try artifact.explain(workspace) == score)
            } catch { #expect(!"\(error)".isEmpty) }
        }
    }

    @Test(arguments: [Flavor.rules, .pipeline, .watchlist])
    func a_mutated_file_is_refused_or_answers(flavor: Flavor) throws {
        let file: [UInt8] =
            switch flavor {
            case .rules: RulesArtifactTests.fraud
            case .pipeline: Array(Self.pipeline.utf8)
            default: Array(WatchlistSamples.first.utf8)
            }
        let members = ["a": try PipelineSamples.card(1), "r": try PipelineSamples.rules()]
        var mutator = Mutator(
            seed: Mutator.seed, others: [RulesArtifactTests.fraud, Array(Self.pipeline.utf8)])
        var loaded = 0
        for round in 0...Mutator.rounds {
            let bytes = round == 0 ? file : mutator.mutate(file)
            var source = ArtifactSource(flavor: flavor, fileName: "f.json", bytes: bytes)
            source.members = members
            do {
                Self.run(try source.load())
                loaded += 1
            } catch {
                #expect(round > 0, "the file itself is sound: \(error)")
                #expect(error.message.hasPrefix("f.json: "), "\(error)")
            }
        }
        #expect(loaded > 0)
    }
}
