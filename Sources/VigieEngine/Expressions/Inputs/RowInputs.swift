/// A row's features and the inputs that they are.
struct RowInputs: Sendable {
    let signature: Signature
    /// For each input: the feature's place in the row; -1 when it is not in it.
    let features: [Int]
    /// For each input: the texts of its categories; empty for other kinds.
    private let categories: [[[UInt8]]]
    /// The first input that is not in the row; nil when it covers all.
    let missing: String?
    /// Whether every input is in the row.
    var covers: Bool { missing == nil }

    /// - Parameter signature: nil derives one.
    init(_ signature: Signature?, _ inputs: [InputDeclaration]) throws(LoadError) {
        self.signature = signature ?? Self.derive(inputs)
        var features: [Int] = []
        var categories: [[[UInt8]]] = []
        var places: [String: Int] = [:]
        for (index, feature) in self.signature.features.enumerated() {
            places[feature.name] = index
            guard inputs.contains(where: { $0.name == feature.name }) else {
                let advice = Suggestion.text(for: feature.name, among: inputs.map(\.name))
                throw LoadError(
                    .signature, "feature '\(feature.name)' is none of the file's inputs\(advice)")
            }
        }
        for input in inputs {
            guard let place = places[input.name] else {
                // A text without a list of its values has no place in a row of numbers.
                guard input.type == .text else {
                    throw LoadError(.signature, "the signature lacks '\(input.name)'")
                }
                features.append(-1)
                categories.append([])
                continue
            }
            let feature = self.signature.features[place]
            try Self.check(feature, input)
            features.append(place)
            categories.append(feature.categories.map { Array($0.utf8) })
        }
        self.features = features
        self.categories = categories
        missing = features.firstIndex(of: -1).map { inputs[$0].name }
    }

    private static func check(_ feature: Feature, _ input: InputDeclaration) throws(LoadError) {
        let fits =
            switch input.type {
            case .text: feature.kind == .category
            case .boolean: feature.kind == .boolean
            case .number: feature.kind == .number || feature.kind == .integer
            case .integer, .timestamp, .duration: feature.kind == .integer
            }
        guard fits else {
            throw LoadError(
                .signature,
                "feature '\(feature.name)' is \(input.type.withArticle) in the file, but "
                    + "\(feature.kind.rawValue) in the signature")
        }
        guard feature.missing == .reject || input.allowsMissing else {
            throw LoadError(
                .signature, "feature '\(feature.name)' may be missing, but the file rejects that")
        }
    }

    private static func derive(_ inputs: [InputDeclaration]) -> Signature {
        var features: [Feature] = []
        for input in inputs {
            let kind: Feature.Kind
            switch input.type {
            case .number: kind = .number
            case .integer, .timestamp, .duration: kind = .integer
            case .boolean: kind = .boolean
            case .text:
                guard !input.values.isEmpty else { continue }
                kind = .category
            }
            let isTime = input.type == .timestamp || input.type == .duration
            features.append(
                Feature(
                    name: input.name, kind: kind, unit: isTime ? "ms" : input.unit,
                    description: input.description,
                    missing: input.allowsMissing ? .allow : .reject, categories: input.values))
        }
        return Signature(features: features)
    }

    /// Puts a row's value of input `index` into its register: a category's text for its code.
    func load(
        _ value: Double, of index: Int, _ column: InputColumn, _ memory: ExpressionMemory
    ) throws(InferenceError) {
        let checked = try column.checked(value, 0)
        guard column.type == .text else {
            memory.scalars[column.register] = checked
            return
        }
        guard !checked.isNaN else {
            memory.texts[column.register] = .missing
            return
        }
        memory.texts[column.register] = memory.arena.append(
            categories[index][try code(checked, of: index, column)])
    }

    /// As ``load(_:of:_:_:)``, into a tensor of one element.
    func copy(
        _ value: Double, of index: Int, _ column: InputColumn, to tensor: Tensor
    ) throws(InferenceError) {
        let checked = try column.checked(value, 0)
        tensor.reshape(TensorShape([1]))
        if column.type != .text {
            tensor.withElements(of: Double.self) { $0[0] = checked }
        } else if checked.isNaN {
            tensor.appendString("")
        } else {
            tensor.appendString(categories[index][try code(checked, of: index, column)])
        }
    }

    private func code(
        _ value: Double, of index: Int, _ column: InputColumn
    ) throws(InferenceError) -> Int {
        guard value >= 0, value < Double(categories[index].count) else {
            throw InferenceError(.input, "'\(column.name)' has no category of this code")
        }
        return Int(value)
    }
}
