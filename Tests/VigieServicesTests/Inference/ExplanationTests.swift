import TestArtifacts
import TestRandom
import Testing
import VigieEngine
import VigieProtos
import VigieRPC
import VigieRegistry

@testable import VigieServices

@Suite struct ExplanationTests {
    let arena = Arena()

    private let features = [
        Feature(name: "a", missing: .allow), Feature(name: "b"),
        Feature(name: "c", kind: .category, categories: ["x", "y"]),
    ]

    private func linear(explains: Bool = true) -> ServingNode {
        node([
            loaded(
                "linear", 1,
                LinearArtifact(features, weights: [1, -2, 0.5], base: 3, explains: explains))
        ])
    }

    private func request(_ model: String, _ rows: [[Double]], explain: Bool? = true)
        -> Inference.ModelInferRequest
    {
        let request = Inference.ModelInferRequest(in: arena)
        request.setModelName(model)
        request.addRaw(
            "input", "FP64", [Int64(rows.count), 3], littleEndian(rows.flatMap { $0 }))
        if let explain { request.addParameters(key: "explain").boolParam = explain }
        return request
    }

    private func answer(_ node: ServingNode, _ request: Inference.ModelInferRequest)
        throws(RPCStatus) -> [String: [Double]]
    {
        let response = Inference.ModelInferResponse(in: arena)
        try node.infer(request, into: response)
        let sent = try onTheWire(response, arena)
        return Dictionary(
            uniqueKeysWithValues: zip(sent.outputs, sent.rawOutputContents).map {
                (String($0.name), doubles($1))
            })
    }

    private func refusal(_ node: ServingNode, _ request: Inference.ModelInferRequest) -> RPCStatus {
        status { () throws(RPCStatus) in _ = try answer(node, request) }
    }

    @Test func each_rows_contributions_add_up_to_its_score() throws {
        let answer = try answer(linear(), request("linear", [[1, 2, 0], [10, 0, 1]]))
        #expect(answer["log_odds"] == [0, 13.5])
        #expect(answer["explanation.contributions"] == [1, -4, 0, 10, 0, 0.5])
        #expect(answer["explanation.base_value"] == [3, 3])
    }

    @Test(arguments: [nil, false])
    func nothing_is_added_when_it_is_off(explain: Bool?) throws {
        let answer = try answer(linear(), request("linear", [[1, 2, 0]], explain: explain))
        #expect(Array(answer.keys) == ["log_odds"])
    }

    @Test func outputs_that_are_named_are_the_only_ones() throws {
        let request = request("linear", [[1, 2, 0]], explain: nil)
        request.addOutput("explanation.base_value")
        #expect(try answer(linear(), request) == ["explanation.base_value": [3]])
        let other = self.request("linear", [[1, 2, 0]])
        other.addOutput("log_odds")
        #expect(try answer(linear(), other) == ["log_odds": [0]])
    }

    @Test func what_cannot_be_explained_is_refused_with_the_reason() {
        let status = refusal(linear(explains: false), request("linear", [[1, 2, 0]]))
        #expect(status.code == .unimplemented)
        #expect(
            status.message == "model 'linear' version 1 cannot explain its answers: they are no "
                + "sums of contributions of its features")
        let wrong = request("linear", [[1, 2, 0]], explain: nil)
        wrong.addParameters(key: "explain").setStringParam("yes")
        #expect(refusal(linear(), wrong).message.contains("'explain' must be a bool_param"))
        let ranked = request("linear", [[1, 2, 0]])
        ranked.addOutput("explanation.contributions")
            .addParameters(key: "classification").int64Param = 2
        #expect(refusal(linear(), ranked).message.contains("cannot be ranked"))
    }

    @Test func an_output_that_there_is_not_is_not_explained() {
        let request = request("linear", [[1, 2, 0]])
        request.addParameters(key: "explain_output").int64Param = 1
        let status = refusal(linear(), request)
        #expect(status.code == .invalidArgument)
        #expect(status.message.contains("'explain_output' must be an int64_param from 0 to 0"))
    }

    @Test func no_rows_have_no_explanations() throws {
        let answer = try answer(linear(), request("linear", []))
        #expect(
            answer == [
                "log_odds": [], "explanation.contributions": [], "explanation.base_value": [],
            ])
    }

    /// Every model of the demo registry that explains rows, on rows at random.
    @Test func explanations_of_real_models_add_up_to_their_scores() throws {
        let node = try DemoRegistry.node()
        var random = SplitMix(seed: 7)
        var explained = 0
        for served in node.table.models.flatMap(\.versions)
        where served.shared.rowColumns != nil && served.artifact.scoresRows
            && takesRowsOfNumbers(served.artifact)
        {
            explained += 1
            let artifact = served.artifact
            let job = job(served, rows: 50, explains: true, &random)
            TensorRun(served.shared, [job]).compute(served.workspace, started: 0)
            #expect(job.failure == nil)
            let explanation = try #require(job.explanation)
            let columns = try #require(served.shared.rowColumns)
            let count = artifact.signature.features.count
            for row in 0..<50 {
                try columns.read(row, of: job.inputs, into: &served.workspace.row)
                let score = try artifact.score(served.workspace)
                let contributions = explanation.contributions.withElements(of: Double.self) {
                    $0[row * count..<(row + 1) * count].reduce(0, +)
                }
                let base = explanation.baseValues.withElements(of: Double.self) { $0[row] }
                #expect(abs(base + contributions - score) < 1e-9, "\(served.model.name)")
            }
        }
        #expect(explained >= 3)
    }

    // MARK: Batches

    /// Whether the one input is the matrix that ``job(_:rows:explains:_:)`` fills.
    private func takesRowsOfNumbers(_ artifact: Artifact) -> Bool {
        guard artifact.inputs.count == 1, let input = artifact.inputs.first else { return false }
        return input.shape == [-1, artifact.signature.features.count]
            && (input.type == .float32 || input.type == .float64)
    }

    /// A job of rows at random, whose values the model's signature allows.
    private func job(
        _ served: ServedVersion, rows: Int, explains: Bool = false, _ random: inout SplitMix
    ) -> TensorJob {
        served.selection = served.outputs.indices.map { OutputSelection(index: $0, classes: 0) }
        return job(of: served, rows: rows, explains: explains, &random)
    }

    /// As ``job(_:rows:explains:_:)``, of the outputs that are selected.
    private func job(
        of served: ServedVersion, rows: Int, explains: Bool = false, _ random: inout SplitMix
    ) -> TensorJob {
        let job = TensorJob(
            Inference.ModelInferRequest(in: arena), node([served.model]),
            Routed(served: served, arm: .stable),
            explains: explains, rows: rows, cost: .zero, .now())
        // Nobody answers it.
        job.isCounted = true
        let features = served.artifact.signature.features
        let input = job.inputs[0]
        input.reshape(TensorShape([rows, features.count]))
        for index in 0..<rows * features.count {
            let feature = features[index % features.count]
            var value: Double
            switch feature.kind {
            case .category: value = Double(random.next() % UInt64(feature.categories.count))
            case .boolean: value = Double(random.next() % 2)
            case .number, .integer:
                value = .random(
                    in: (feature.minimum ?? 0)...(feature.maximum ?? 1000), using: &random)
            }
            if feature.missing == .allow, random.next() % 5 == 0 { value = .nan }
            if input.type == .float32 {
                input.withElements(of: Float.self) { $0[index] = Float(value) }
            } else {
                input.withElements(of: Double.self) { $0[index] = value }
            }
        }
        return job
    }

    @Test func rows_are_answered_alike_alone_together_and_in_slices() throws {
        let node = try DemoRegistry.node()
        var random = SplitMix(seed: 11)
        var compared = 0
        for served in node.table.models.flatMap(\.versions)
        where served.shared.hasIndependentRows && takesRowsOfNumbers(served.artifact) {
            compared += 1
            let jobs = [1, 7, 3000, 2].map { job(served, rows: $0, &random) }
            TensorRun(served.shared, jobs).compute(served.workspace, started: 0)
            for job in jobs {
                #expect(job.failure == nil)
                let together = job.outputs.map { $0.withMutableBytes { Array($0) } }
                TensorRun(served.shared, [job]).compute(served.workspace, started: 0)
                #expect(together == job.outputs.map { $0.withMutableBytes { Array($0) } })
                // As the loop does it: the whole batch in one run.
                let workspace = served.artifact.makeWorkspace()
                workspace.inputs[0].copy(job.inputs[0])
                try served.artifact.run(workspace)
                #expect(together == workspace.outputs.map { $0.withMutableBytes { Array($0) } })
            }
        }
        #expect(compared >= 3)
    }

    @Test func outputs_that_nobody_asks_for_are_neither_kept_nor_counted() throws {
        let node = try DemoRegistry.node()
        var random = SplitMix(seed: 5)
        var compared = 0
        for served in node.table.models.flatMap(\.versions)
        where served.outputs.count > 1 && served.shared.hasIndependentRows
            && takesRowsOfNumbers(served.artifact)
        {
            compared += 1
            let all = job(served, rows: 9, &random)
            let bytesOfAll = served.answerRowBytes(explains: false)
            served.selection = [OutputSelection(index: 1, classes: 0)]
            #expect(served.answerRowBytes(explains: false) == served.outputRowBytes[1])
            #expect(bytesOfAll == served.outputRowBytes.reduce(0, +))
            let one = job(of: served, rows: 9, &random)
            for (target, source) in zip(one.inputs, all.inputs) { target.copy(source) }
            for job in [all, one] {
                TensorRun(served.shared, [job]).compute(served.workspace, started: 0)
                #expect(job.failure == nil)
            }
            #expect(one.outputs[0].count == 0 && all.outputs[0].count > 0)
            #expect(
                one.outputs[1].withMutableBytes { Array($0) }
                    == all.outputs[1].withMutableBytes { Array($0) })
        }
        #expect(compared > 0)
    }
}
