import Synchronization
import Testing
import VigieEngine
import VigieRegistry

@Suite struct WarmUpTests {
    @Test(arguments: [
        (
            OddArtifact.Oddity.answersNaN,
            "warm-up: the model answers NaN to a row of ordinary values"
        ),
        (
            .answersNaNToMissing,
            "warm-up: the model answers NaN to a row without 'age', which may be missing"
        ),
        (.throwsAtScore, "warm-up: too large (a row of ordinary values)"),
        (.throwsAtExplain, "warm-up: no such thing (a row of ordinary values)"),
        (.throwsAtRun, "warm-up: tensors: too large"),
        (.answersNaNInTensors, "warm-up: output 'input' holds NaN for an ordinary input"),
    ])
    func a_model_that_misbehaves_is_never_served(oddity: OddArtifact.Oddity, reason: String) throws
    {
        let registry = TestRegistry()
        registry.write("credit", 1)
        registry.write("credit", 2)
        let store = ModelStore(
            FolderSource(registry.path),
            compile: { source throws(LoadError) in
                let isSecond =
                    String(decoding: source.bytes, as: UTF8.self)
                    == TestRegistry.scorecard(value: 2)
                return OddArtifact(
                    isSecond ? oddity : .none,
                    signature: source.signature ?? Signature(features: []))
            })
        try store.start()
        defer { store.stop() }
        #expect(store.table.find("credit")?.current?.version == 1)
        let status = store.statuses().first { $0.version == 2 }
        #expect(status?.state == .unavailable && status?.reason == reason)
    }

    @Test func an_output_that_may_be_missing_may_be_NaN() throws {
        let signature = Signature(features: [Feature(name: "x", missing: .allow)])
        #expect(throws: RegistryError.self) {
            try WarmUp.run(OddArtifact(.answersNaNInTensors, signature: signature))
        }
        let latency = try WarmUp.run(OddArtifact(.answersMissing, signature: signature))
        #expect(latency.tensors != nil)
    }

    @Test func latency_is_measured_for_each_way_to_answer() throws {
        let signature = Signature(features: [Feature(name: "x", missing: .allow)])
        let latency = try WarmUp.run(OddArtifact(.none, signature: signature))
        #expect(latency.score != nil && latency.explain != nil && latency.tensors != nil)
        #expect(latency.slowest >= latency.score ?? .zero)
    }

    /// Answers each row with itself, less what the case says.
    private final class RowArtifact: Artifact, @unchecked Sendable {
        enum Kind: Sendable, CaseIterable { case independent, centred, fixed, refusing, summed }
        private let kind: Kind

        init(_ kind: Kind) {
            self.kind = kind
            super.init(
                flavor: .onnx,
                inputs: [TensorSpec(name: "x", type: .float64, shape: [-1, 2])],
                outputs: [
                    TensorSpec(
                        name: "y", type: .float64, shape: kind == .fixed ? [1, 2] : [-1, 2])
                ], signature: Signature(features: []), memoryBytes: 0)
        }

        override func run(_ workspace: Workspace) throws(InferenceError) {
            let input = workspace.inputs[0]
            if kind == .refusing, input.shape[0] > 1 {
                throw InferenceError(.input, "one row at a time")
            }
            let isOneRow = kind == .fixed || kind == .summed
            workspace.outputs[0].reshape(isOneRow ? TensorShape([1, 2]) : input.shape)
            input.withElements(of: Double.self) { values in
                let mean = values.reduce(0, +) / Double(values.count)
                workspace.outputs[0].withElements(of: Double.self) { target in
                    for index in target.indices {
                        target[index] = values[index] - (kind == .centred ? mean : 0)
                    }
                }
            }
        }
    }

    @Test func only_independent_rows_have_a_cost_in_a_batch() throws {
        for kind in RowArtifact.Kind.allCases {
            let latency = try WarmUp.run(RowArtifact(kind))
            #expect(latency.tensors != nil)
            #expect((latency.perRow != nil) == (kind == .independent), "\(kind)")
        }
    }

    /// The mean of what is not padding, which is 0: no number for a row of zeros.
    private final class MaskedMean: Artifact, @unchecked Sendable {
        init() {
            super.init(
                flavor: .onnx, inputs: [TensorSpec(name: "x", type: .int64, shape: [-1, 2])],
                outputs: [TensorSpec(name: "y", type: .float64, shape: [-1])],
                signature: Signature(
                    features: ["a", "b"].map { Feature(name: $0, kind: .integer) }),
                memoryBytes: 0)
        }

        override func run(_ workspace: Workspace) throws(InferenceError) {
            let rows = workspace.inputs[0].shape[0]
            workspace.outputs[0].reshape(TensorShape([rows]))
            workspace.inputs[0].withElements(of: Int64.self) { values in
                workspace.outputs[0].withElements(of: Double.self) { means in
                    for row in 0..<rows {
                        let kept = values[(2 * row)..<(2 * row + 2)].filter { $0 != 0 }
                        means[row] = Double(kept.reduce(0, +)) / Double(kept.count)
                    }
                }
            }
        }
    }

    @Test func a_network_whose_zeros_are_padding_is_served() throws {
        #expect(try WarmUp.run(MaskedMean()).tensors != nil)
    }

    @Test func batching_is_refused_for_rows_that_depend_on_each_other() throws {
        let registry = TestRegistry()
        registry.write("credit", 1)
        registry.write("credit", 2, extra: ", \"serving\": {\"batching\": {\"maxRows\": 8}}")
        let store = ModelStore(
            FolderSource(registry.path),
            compile: { _ throws(LoadError) in RowArtifact(.centred) })
        try store.start()
        defer { store.stop() }
        #expect(store.table.find("credit")?.current?.version == 1)
        let status = store.statuses().first { $0.version == 2 }
        #expect(
            status?.reason.hasPrefix("manifest.json: serving.batching needs a model whose rows")
                == true, "\(status?.reason ?? "")")
    }

    /// Notes the rows that it is asked.
    private final class RowRecorder: Artifact, @unchecked Sendable {
        let rows = Mutex<[[Double]]>([])

        init(_ features: [Feature]) {
            super.init(
                flavor: .scorecard, inputs: [], outputs: [],
                signature: Signature(features: features), memoryBytes: 0)
        }

        override var scoresRows: Bool { true }

        override func score(_ workspace: Workspace) throws(InferenceError) -> Double {
            rows.withLock { $0.append(workspace.row) }
            return 0
        }
    }

    @Test func the_rows_are_such_as_the_signature_allows() throws {
        let features = [
            Feature(name: "a", minimum: 10, maximum: 20),
            Feature(name: "b", kind: .integer, minimum: 5),
            Feature(name: "c", kind: .category, missing: .allow, categories: ["x", "y", "z"]),
            Feature(name: "d", kind: .boolean),
            Feature(name: "e", minimum: -1e308, maximum: 1e308),
            Feature(name: "f", maximum: -3),
        ]
        let recorder = RowRecorder(features)
        _ = try WarmUp.run(recorder)
        let rows = recorder.rows.withLock { $0 }
        for row in rows {
            #expect((10...20).contains(row[0]))
            #expect(row[1] >= 5 && row[1] == row[1].rounded())
            #expect(row[2].isNaN || [0, 1, 2].contains(row[2]))
            #expect(row[3] == 0 || row[3] == 1)
            #expect(row[4].isFinite && row[5] <= -3)
        }
        #expect(rows.contains { $0[2].isNaN } && rows.contains { $0[2] == 2 })
    }
}
