import Testing
import VigieProtos

@testable import VigieEngine

/// Files that are refused at load, and runs that are refused later: by name, and never with a crash.
@Suite struct ONNXRefusalTests {
    /// A graph from FP32 input "x" of 2 columns to output "y".
    struct Model {
        let arena = Arena()
        let model: Onnx.ModelProto
        let graph: Onnx.GraphProto

        init(opset: Int64 = 17, input: [Int64] = [-1, 2], type: Int32 = 1) {
            model = Onnx.ModelProto(in: arena)
            model.irVersion = 8
            for (domain, version) in [("", opset), ("ai.onnx.ml", 3)] {
                let entry = model.addOpsetImport()
                entry.setDomain(domain)
                entry.version = version
            }
            graph = model.mutableGraph()
            Self.declare(graph.addInput(), "x", type, input)
        }

        static func declare(
            _ info: Onnx.ValueInfoProto, _ name: String, _ type: Int32, _ shape: [Int64]?
        ) {
            info.setName(name)
            let tensor = info.mutableType().mutableTensorType()
            tensor.elemType = type
            guard let shape else { return }
            let extents = tensor.mutableShape()
            for extent in shape {
                let dimension = extents.addDim()
                if extent == -1 { dimension.setDimParam("N") } else { dimension.dimValue = extent }
            }
        }

        @discardableResult
        func node(
            _ op: String, _ inputs: [String], _ outputs: [String] = ["y"], domain: String = ""
        ) -> Onnx.NodeProto {
            let node = graph.addNode()
            node.setOpType(op)
            node.setName("the \(op)")
            node.setDomain(domain)
            for input in inputs { node.appendInput(Text(copying: input, in: arena)) }
            for output in outputs { node.appendOutput(Text(copying: output, in: arena)) }
            return node
        }

        func integers(_ name: String, _ values: [Int64]) {
            let tensor = graph.addInitializer()
            tensor.setName(name)
            tensor.dataType = 7
            tensor.setDims([Int64(values.count)])
            tensor.setInt64Data(values)
        }

        func output(_ name: String = "y", type: Int32 = 1) -> Model {
            Self.declare(graph.addOutput(), name, type, nil)
            return self
        }

        func load() throws -> Artifact {
            try ArtifactSource(flavor: .onnx, fileName: "m.onnx", bytes: model.encodedBytes())
                .load()
        }

        func refusal() -> LoadError {
            do {
                _ = try load()
                return LoadError(.corrupt, "it was loaded")
            } catch let error as LoadError {
                return error
            } catch {
                return LoadError(.corrupt, "another error")
            }
        }
    }

    private func attribute(_ node: Onnx.NodeProto, _ name: String, ints: [Int64]) {
        let attribute = node.addAttribute()
        attribute.setName(name)
        attribute.type = .ints
        attribute.setInts(ints)
    }

    @Test func an_operator_that_is_not_supported_is_named() {
        let model = Model()
        model.node("Resize", ["x"])
        let error = model.output().refusal()
        #expect(error.reason == .unsupported)
        #expect(
            error.message.hasPrefix(
                "m.onnx: operator 'Resize' (node 'the Resize') is not supported"))
        #expect(error.message.contains("MatMul"))
        let other = Model()
        other.node("Foo", ["x"], domain: "com.example")
        #expect(other.output().refusal().message.contains("operator set 'com.example'"))
    }

    @Test func attributes_inputs_and_types_that_are_not_supported_are_named() {
        let model = Model()
        attribute(model.node("Abs", ["x"]), "pads", ints: [1])
        #expect(
            model.output().refusal().message.contains("'Abs' (node 'the Abs'): attribute 'pads'"))
        let inputs = Model()
        inputs.node("Abs", ["x", "x"])
        #expect(inputs.output().refusal().message.contains("input 1 ('x')"))
        let type = Model(type: 10)
        type.node("Add", ["x", "x"])
        let error = type.output(type: 10).refusal()
        #expect(error.reason == .unsupported)
        #expect(error.message.contains("type FP16 is not supported; supported are FP32, FP64"))
        let complex = Model(type: 14)
        complex.node("Identity", ["x"])
        #expect(
            complex.output(type: 14).refusal().message.contains(
                "input 'x' has elements of type COMPLEX64"))
    }

    @Test func versions_that_are_not_known_are_refused() {
        for opset in [Int64(5), 99, -1, .max] {
            let model = Model(opset: opset)
            model.node("Abs", ["x"])
            #expect(model.output().refusal().message.contains("ai.onnx version \(opset)"))
        }
        // Converters write the least version that a graph needs.
        let first = Model(opset: 1)
        first.node("Identity", ["x"])
        #expect(first.output().refusal().message == "it was loaded")
        let model = Model()
        model.node("Abs", ["x"])
        model.model.irVersion = 1000
        #expect(model.output().refusal().message.contains("IR version 1000"))
    }

    /// An imputer says that values may be missing, but not that all of them may.
    @Test(arguments: [false, true])
    func a_derived_feature_may_be_missing_if_the_score_survives(alone: Bool) throws {
        let model = Model(input: [-1, 2])
        let imputer = model.node("Imputer", ["x"], ["filled"], domain: "ai.onnx.ml")
        for (name, value) in [("imputed_value_floats", Float(1)), ("replaced_value_float", .nan)] {
            let attribute = imputer.addAttribute()
            attribute.setName(name)
            if name.hasSuffix("s") {
                attribute.type = .floats
                attribute.setFloats([value, value])
            } else {
                attribute.type = .float
                attribute.f = value
            }
        }
        model.integers("column", [1])
        func axis(_ node: Onnx.NodeProto) {
            let attribute = node.addAttribute()
            attribute.setName("axis")
            attribute.type = .int
            attribute.i = 1
        }
        // The second column goes around the imputer, too.
        axis(model.node("Gather", ["x", "column"], ["second"]))
        axis(model.node("Gather", ["filled", "column"], ["second filled"]))
        model.node("Mul", [alone ? "second filled" : "second", "second filled"])
        let features = try model.output().load().signature.features
        #expect(features.map(\.missing) == (alone ? [.allow, .allow] : [.allow, .reject]))
    }

    /// A row of nothing but padding has no mean; one of words has.
    @Test func words_whose_zero_is_padding_begin_at_one() throws {
        let model = Model(input: [-1, 2], type: 7)
        let cast = model.node("Cast", ["x"], ["real"]).addAttribute()
        cast.setName("to")
        cast.type = .int
        cast.i = 1
        model.integers("axis", [1])
        model.node("ReduceSum", ["real", "axis"], ["sum"])
        model.node("Div", ["sum", "sum"])
        let artifact = try model.output().load()
        #expect(artifact.scoresRows && artifact.signature.features.map(\.minimum) == [1, 1])
    }

    /// A hundred halves and 2^24: one after the other, `Float` would lose each half.
    @Test func base_values_are_added_after_the_trees() throws {
        let model = Model(input: [-1, 1])
        let node = model.node("TreeEnsembleRegressor", ["x"], domain: "ai.onnx.ml")
        let zeros = [Int64](repeating: 0, count: 100)
        for name in [
            "nodes_nodeids", "nodes_featureids", "nodes_truenodeids", "nodes_falsenodeids",
            "target_nodeids", "target_ids",
        ] {
            attribute(node, name, ints: zeros)
        }
        for name in ["nodes_treeids", "target_treeids"] {
            attribute(node, name, ints: Array(0..<100))
        }
        for (name, value, count) in [
            ("nodes_values", Float(0), 100), ("target_weights", 0.5, 100),
            ("base_values", 0x1p24, 1),
        ] {
            let attribute = node.addAttribute()
            attribute.setName(name)
            attribute.type = .floats
            attribute.setFloats([Float](repeating: value, count: count))
        }
        let modes = node.addAttribute()
        modes.setName("nodes_modes")
        modes.type = .strings
        let leaf = [UInt8]("LEAF".utf8)
        for _ in 0..<100 { modes.appendStrings(leaf.span.bytes) }
        let targets = node.addAttribute()
        targets.setName("n_targets")
        targets.type = .int
        targets.i = 1
        let answer = try model.output().load().predict([0], columns: 1)
        #expect(answer == [0x1p24 + 50])
    }

    @Test func text_without_known_categories_makes_no_features() throws {
        let model = Model(input: [-1, 1], type: 8)
        model.node("Identity", ["x"])
        let artifact = try model.output(type: 8).load()
        #expect(artifact.signature.features.isEmpty && !artifact.scoresRows)
    }

    @Test func graphs_with_cycles_or_without_what_they_need_are_refused() {
        let cycle = Model()
        cycle.node("Add", ["x", "b"], ["a"])
        cycle.node("Abs", ["a"], ["b"])
        #expect(cycle.output("b").refusal().message.contains("input 'b' is computed by no node"))
        let missing = Model()
        missing.node("Add", ["x"])
        #expect(missing.output().refusal().reason == .corrupt)
        let twice = Model()
        twice.node("Abs", ["x"])
        twice.node("Abs", ["x"])
        #expect(twice.output().refusal().message.contains("'y' is given twice"))
        let nothing = Model()
        nothing.node("Abs", ["x"])
        #expect(nothing.output("z").refusal().message.contains("output 'z'"))
    }

    @Test func constants_that_lie_about_their_size_are_refused() {
        for dims in [[Int64.max, 2], [-1], [1 << 40, 1 << 40], [3], [0, 1 << 62, 1 << 62]] {
            let model = Model()
            let tensor = model.graph.addInitializer()
            tensor.setName("c")
            tensor.dataType = 1
            tensor.setDims(dims)
            tensor.setFloatData([1, 2])
            model.node("Add", ["x", "c"])
            let error = model.output().refusal()
            #expect(error.message.contains("initializer 'c'"), "\(dims): \(error)")
        }
        let model = Model()
        let tensor = model.graph.addInitializer()
        tensor.setName("c")
        tensor.dataType = 1
        tensor.setDims([2])
        tensor.dataLocation = .external
        model.node("Add", ["x", "c"])
        #expect(model.output().refusal().message.contains("another file"))
    }

    /// Its count of steps is beyond every integer.
    @Test func a_range_that_runs_away_from_its_end_is_empty() throws {
        let model = Model()
        for (name, value) in [("start", Float(1e30)), ("limit", -1e30), ("delta", 1e-8)] {
            let tensor = model.graph.addInitializer()
            tensor.setName(name)
            tensor.dataType = 1
            tensor.setFloatData([value])
        }
        model.node("Range", ["start", "limit", "delta"])
        let workspace = try model.output().load().makeWorkspace()
        #expect(workspace.outputs.count == 1)
    }

    /// Two tests that lead to one leaf are a tree all the same; tests in a circle are none.
    @Test func trees_that_share_a_leaf_are_loaded_and_those_in_a_circle_are_not() {
        func model(_ yes: [Int64], _ no: [Int64]) -> LoadError {
            let model = Model()
            let node = model.node("TreeEnsembleRegressor", ["x"], domain: "ai.onnx.ml")
            for (name, ints) in [
                ("nodes_treeids", [0, 0, 0, 0]), ("nodes_nodeids", [0, 1, 2, 3]),
                ("nodes_featureids", [0, 1, 0, 0]), ("nodes_truenodeids", yes),
                ("nodes_falsenodeids", no), ("target_treeids", [0, 0]), ("target_nodeids", [2, 3]),
                ("target_ids", [0, 0]),
            ] { attribute(node, name, ints: ints) }
            for (name, floats) in [
                ("nodes_values", [Float(0.5), 0.25, 0, 0]), ("target_weights", [1, 2]),
            ] {
                let attribute = node.addAttribute()
                attribute.setName(name)
                attribute.type = .floats
                attribute.setFloats(floats)
            }
            let modes = node.addAttribute()
            modes.setName("nodes_modes")
            modes.type = .strings
            for mode in ["BRANCH_EQ", "BRANCH_EQ", "LEAF", "LEAF"] {
                modes.appendStrings(mode.utf8Span.span.bytes)
            }
            return model.output().refusal()
        }
        #expect(model([2, 2, 0, 0], [1, 3, 0, 0]).message == "it was loaded")
        #expect(model([2, 2, 0, 0], [1, 1, 0, 0]).message.contains("roots"))
        #expect(model([2, 3, 0, 0], [1, 1, 0, 0]).message.contains("has a cycle"))
        #expect(model([2, 2, 0, 0], [1, 0, 0, 0]).message.contains("does not reach"))
    }

    /// Four times the least length of a word is beyond every integer.
    @Test func words_may_be_asked_to_be_longer_than_any() throws {
        let model = Model(input: [-1], type: 8)
        let set = model.model.addOpsetImport()
        set.setDomain("com.microsoft")
        set.version = 1
        let node = model.node("Tokenizer", ["x"], domain: "com.microsoft")
        let shortest = node.addAttribute()
        shortest.setName("mincharnum")
        shortest.type = .int
        shortest.i = 1 << 62
        let pattern = node.addAttribute()
        pattern.setName("tokenexp")
        pattern.type = .string
        pattern.setS("[a-z]+".utf8Span.span.bytes)
        let artifact = try model.output(type: 8).load()
        let workspace = artifact.makeWorkspace()
        workspace.inputs[0].reshape(TensorShape([1]))
        workspace.inputs[0].appendString("word")
        try artifact.run(workspace)
        #expect(workspace.outputs[0].shape == TensorShape([1, 0]))
    }

    @Test func too_many_nodes_are_refused() {
        let model = Model()
        var last = "x"
        for index in 0...ONNXLimits.nodesMax {
            model.node("Abs", [last], ["v\(index)"])
            last = "v\(index)"
        }
        let error = model.output(last).refusal()
        #expect(error.reason == .limit)
    }

    @Test func trees_whose_arrays_do_not_fit_are_refused() {
        func trees(_ change: (Onnx.NodeProto) -> Void) -> LoadError {
            let model = Model()
            let node = model.node("TreeEnsembleRegressor", ["x"], domain: "ai.onnx.ml")
            change(node)
            let values = node.addAttribute()
            values.setName("nodes_values")
            values.type = .floats
            values.setFloats([0.5, 0, 0])
            let modes = node.addAttribute()
            modes.setName("nodes_modes")
            modes.type = .strings
            for mode in ["BRANCH_LEQ", "LEAF", "LEAF"] {
                modes.appendStrings(mode.utf8Span.span.bytes)
            }
            let weights = node.addAttribute()
            weights.setName("target_weights")
            weights.type = .floats
            weights.setFloats([1, 2])
            return model.output().refusal()
        }
        let good: [(String, [Int64])] = [
            ("nodes_treeids", [0, 0, 0]), ("nodes_nodeids", [0, 1, 2]),
            ("nodes_featureids", [1, 0, 0]), ("nodes_truenodeids", [1, 0, 0]),
            ("nodes_falsenodeids", [2, 0, 0]), ("target_treeids", [0, 0]),
            ("target_nodeids", [1, 2]), ("target_ids", [0, 0]),
        ]
        #expect(
            trees { node in for (name, ints) in good { attribute(node, name, ints: ints) } }.message
                == "it was loaded")
        let wrong: [(String, [Int64])] = [
            ("nodes_treeids", [0, 0]), ("nodes_nodeids", [0, 1, 1]), ("nodes_nodeids", [1]),
            ("nodes_featureids", [-1, 0, 0]), ("nodes_featureids", [1 << 40, 0, 0]),
            ("nodes_featureids", [7, 0, 0]), ("nodes_truenodeids", [0, 0, 0]),
            ("nodes_truenodeids", [9, 0, 0]), ("nodes_falsenodeids", [1, 0, 0]),
            ("target_nodeids", [0, 1]), ("target_ids", [0, 5]), ("target_treeids", [0, 3]),
        ]
        for (name, ints) in wrong {
            let error = trees { node in
                for (key, value) in good { attribute(node, key, ints: key == name ? ints : value) }
            }
            #expect(error.message != "it was loaded", "\(name) \(ints)")
        }
    }

    private func failure(_ artifact: Artifact, _ workspace: Workspace) -> InferenceError? {
        do throws(InferenceError) {
            try artifact.run(workspace)
            return nil
        } catch {
            return error
        }
    }

    @Test func graphs_that_swell_end_with_a_limit() throws {
        let folded = Model()
        folded.integers("s", [1 << 20, 1 << 20])
        folded.node("ConstantOfShape", ["s"], ["c"])
        folded.node("Add", ["x", "c"])
        #expect(folded.output().refusal().reason == .limit)
        // Sizes that come with a request.
        for op in ["Tile", "Expand"] {
            let model = Model()
            Model.declare(model.graph.addInput(), "n", 7, [2])
            model.node(op, ["x", "n"])
            let artifact = try model.output().load()
            let workspace = artifact.makeWorkspace()
            for repeats in [Int64(1) << 19, 1 << 39, .max] {
                workspace.inputs[0].reshape(TensorShape([1, 2]))
                workspace.inputs[0].withElements(of: Float.self) {
                    $0[0] = 1; $0[1] = 2
                }
                workspace.inputs[1].reshape(TensorShape([2]))
                workspace.inputs[1].withElements(of: Int64.self) {
                    $0[0] = repeats; $0[1] = op == "Tile" ? 4096 : 2
                }
                if op == "Expand", repeats < 1 << 30 { continue }
                #expect(failure(artifact, workspace)?.reason == .limit, "\(op) \(repeats)")
            }
        }
    }

    @Test func bad_requests_are_the_callers_error() throws {
        let model = Model()
        Model.declare(model.graph.addInput(), "i", 7, [1])
        model.node("Gather", ["x", "i"])
        let artifact = try model.output().load()
        let workspace = artifact.makeWorkspace()
        for index in [Int64(2), -3, .max, .min] {
            workspace.inputs[0].reshape(TensorShape([2, 2]))
            workspace.inputs[0].withElements(of: Float.self) { for i in $0.indices { $0[i] = 0 } }
            workspace.inputs[1].reshape(TensorShape([1]))
            workspace.inputs[1].withElements(of: Int64.self) { $0[0] = index }
            #expect(failure(artifact, workspace)?.reason == .input)
        }
        workspace.inputs[0].reshape(TensorShape([2, 3]))
        #expect(throws: InferenceError(.input, "input 'x': shape [2, 3], expected [-1, 2]")) {
            try artifact.run(workspace)
        }
    }

    @Test func shapes_that_never_fit_are_refused_at_load() {
        let model = Model()
        model.integers("s", [3])
        model.node("Reshape", ["x", "s"])
        let error = model.output().refusal()
        #expect(error.message.contains("operator 'Reshape' (node 'the Reshape')"))
    }

    /// The last bytes of this file repeat what stands before them.
    @Test func files_that_are_cut_short_are_refused() {
        let bytes = FixturePack.model("scaler-lr").model
        for count in 0..<(bytes.count - 12) {
            #expect(throws: LoadError.self) {
                try ArtifactSource(
                    flavor: .onnx, fileName: "m", bytes: Array(bytes.prefix(count))
                ).load()
            }
        }
    }
}
