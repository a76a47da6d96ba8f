/// The operators of ai.onnx.ml.
extension OperatorTable {
    static let learning: [String: Builder] = [
        "Scaler": { (node) throws(LoadError) in try scaler(node) },
        "Normalizer": { (node) throws(LoadError) in try normalizer(node) },
        "Imputer": { (node) throws(LoadError) in try imputer(node) },
        "Binarizer": { (node) throws(LoadError) in
            let threshold = try node.float("threshold") ?? 0
            let input = try node.input(0, .mlNumbers)
            let output = try node.output(0, node.type(input))
            let step = BinarizerStep(node.place, node.type(input), Double(threshold), input, output)
            node.add(step, [input], [output])
        },
        "OneHotEncoder": { (node) throws(LoadError) in try oneHotEncoder(node) },
        "LabelEncoder": { (node) throws(LoadError) in try labelEncoder(node) },
        "CategoryMapper": { (node) throws(LoadError) in try categoryMapper(node) },
        "ArrayFeatureExtractor": { (node) throws(LoadError) in
            let input = try node.input(0)
            let indices = try node.input(1, [.int64])
            let output = try node.output(0, node.type(input))
            let step = FeatureExtractorStep(node.place, input, indices, output)
            node.add(step, [input, indices], [output])
        },
        "FeatureVectorizer": { (node) throws(LoadError) in
            let widths = try node.ints("inputdimensions")
            var inputs: [Int] = []
            for index in 0..<node.inputCount {
                let input = try node.input(index, .mlNumbers)
                inputs.append(addCast(node, input, .float32))
            }
            guard !inputs.isEmpty, widths.map({ $0.count == inputs.count }) ?? true else {
                throw node.corrupt("inputdimensions and inputs differ in number")
            }
            let output = try node.output(0, .float32)
            let step = ConcatStep(node.place, 1, inputs, output, widths: widths)
            node.add(step, inputs, [output])
        },
        "ZipMap": { (node) throws(LoadError) in try zipMap(node) },
        "LinearClassifier": { (node) throws(LoadError) in try linearClassifier(node) },
        "LinearRegressor": { (node) throws(LoadError) in try linearRegressor(node) },
        "TreeEnsembleClassifier": { (node) throws(LoadError) in try treeClassifier(node) },
        "TreeEnsembleRegressor": { (node) throws(LoadError) in try treeRegressor(node) },
    ]

    /// The maps of column label to probability become the probabilities themselves; the labels are
    /// kept beside the output.
    private static func zipMap(_ node: NodeBuilder) throws(LoadError) {
        let input = try node.input(0, [.float32])
        let integers = try node.ints("classlabels_int64s")
        let strings = try node.strings("classlabels_strings")
        let labels: ClassLabels
        if let integers {
            labels = .integers(integers.map { Int64($0) })
        } else if let strings {
            labels = .strings(strings)
        } else {
            throw node.corrupt("it has no class labels")
        }
        // A slot of its own, so that only this output carries the labels.
        let output = try node.output(0, .float32)
        node.add(CopyStep(node.place, input, output), [input], [output])
        node.graph.setLabels(output, labels)
        if let link = node.graph.links[input] { node.graph.setLink(output, link) }
    }

    private static func scaler(_ node: NodeBuilder) throws(LoadError) {
        let offset = try node.floats("offset") ?? [0]
        let scale = try node.floats("scale") ?? [1]
        guard !offset.isEmpty, !scale.isEmpty else {
            throw node.corrupt("offset or scale is empty")
        }
        var input = try node.input(0, .mlNumbers)
        if node.type(input) != .float64 { input = addCast(node, input, .float32) }
        let output = try node.output(0, .float32)
        let step = ScalerStep(node.place, node.type(input), offset, scale, input, output)
        node.add(step, [input], [output])
    }

    private static func normalizer(_ node: NodeBuilder) throws(LoadError) {
        let norm = try node.choice("norm", NormalizerStep.Norm.max)
        let input = addCast(node, try node.input(0, .mlNumbers), .float32)
        let output = try node.output(0, .float32)
        node.add(NormalizerStep(node.place, norm, input, output), [input], [output])
        if norm == .l1, let link = node.graph.links[input], link.kind != .raw {
            let kind: Link.Kind = link.kind == .logistic ? .normalizedLogistic : link.kind
            node.graph.setLink(output, Link(raw: link.raw, kind: kind))
        }
    }

    private static func imputer(_ node: NodeBuilder) throws(LoadError) {
        let input = try node.input(0, .mlNumbers)
        let type = node.type(input)
        let output = try node.output(0, type)
        let floats = try node.floats("imputed_value_floats")
        let ints = try node.ints("imputed_value_int64s")
        let replacedFloat = try node.float("replaced_value_float") ?? 0
        let replacedInt = try node.int("replaced_value_int64") ?? 0
        if type == .float32 || type == .float64 {
            guard let floats, !floats.isEmpty else {
                throw node.corrupt("imputed_value_floats are missing")
            }
            let step = ImputerStep(
                node.place, type, floats.map { Double($0) }, Double(replacedFloat), [], 0, input,
                output)
            node.add(step, [input], [output])
        } else {
            guard let ints, !ints.isEmpty else {
                throw node.corrupt("imputed_value_int64s are missing")
            }
            let step = ImputerStep(
                node.place, type, [], 0, ints.map { Int64($0) }, Int64(replacedInt), input, output)
            node.add(step, [input], [output])
        }
    }

    private static func oneHotEncoder(_ node: NodeBuilder) throws(LoadError) {
        let ints = try node.ints("cats_int64s")
        let strings = try node.strings("cats_strings")
        let zeros = (try node.int("zeros") ?? 1) != 0
        var input = try node.input(0, .mlNumbers + [.string])
        let keys: KeyTable
        if node.type(input) == .string {
            guard let strings else { throw node.corrupt("cats_strings are missing") }
            keys = KeyTable(strings: strings)
        } else {
            guard let ints else { throw node.corrupt("cats_int64s are missing") }
            keys = KeyTable(integers: ints.map { Int64($0) })
            input = addCast(node, input, .int64)
        }
        guard keys.count > 0 else { throw node.corrupt("it has no categories") }
        let output = try node.output(0, .float32)
        node.add(OneHotStep(node.place, keys, zeros, input, output), [input], [output])
    }
}

extension [ElementType] {
    /// Numbers that the operators of ai.onnx.ml take.
    static let mlNumbers: [ElementType] = [.float32, .float64, .int64, .int32]
}

/// A row-wise view of a matrix: a vector is one row.
extension TensorShape {
    var rowsAndColumns: (rows: Int, columns: Int)? {
        switch rank {
        case 1: (1, self[0])
        case 2: (self[0], self[1])
        default: nil
        }
    }
}

extension Step {
    /// Rows and columns of an input that must be a matrix, or a vector that is taken for one row.
    final func matrix(_ tensor: Tensor) throws(InferenceError) -> (rows: Int, columns: Int) {
        guard let size = tensor.shape.rowsAndColumns else {
            throw mismatch("its input \(tensor.shape) is no matrix")
        }
        return size
    }
}
