/// A signature for a model whose manifest has none: a feature for each column of each input.
enum DerivedSignature {
    /// Nil when an input is no matrix of a known width, or text whose categories are not known: such
    /// graphs take tensors only.
    static func make(_ program: Program) -> Signature? {
        var features: [Feature] = []
        let handlesMissing = program.steps.contains {
            $0 is TreesStep || ($0 as? ImputerStep)?.replacedReal.isNaN == true
        }
        for (spec, slot) in zip(program.inputs, program.inputSlots) {
            let width = spec.shape.count == 2 ? spec.shape[1] : 1
            guard width > 0, width <= 1 << 16, (1...2).contains(spec.shape.count) else {
                return nil
            }
            let categories = categories(program, slot, spec.type)
            guard spec.type != .string || !categories.isEmpty else { return nil }
            for column in 0..<width {
                let isReal = spec.type == .float32 || spec.type == .float64
                features.append(
                    Feature(
                        name: width == 1 ? spec.name : "\(spec.name)_\(column)",
                        kind: kind(spec.type),
                        missing: isReal && handlesMissing ? .allow : .reject,
                        categories: categories, input: spec.name))
            }
        }
        return Signature(features: features)
    }

    /// That a graph has trees says that some features may be missing, not which: one that goes to a
    /// linear model as well may not.
    /// - Returns: the signature without the leave that costs a row its score; nil if none does.
    static func withoutFatalMissing(_ artifact: ONNXArtifact) -> Signature? {
        let features = artifact.signature.features
        let optional = features.indices.filter { features[$0].missing == .allow }
        let workspace = artifact.makeWorkspace()
        func isFatal(_ missing: [Int]) -> Bool {
            for index in features.indices { workspace.row[index] = 0 }
            for index in missing { workspace.row[index] = .nan }
            return (try? artifact.score(workspace))?.isNaN ?? true
        }
        guard !optional.isEmpty, !isFatal([]), isFatal(optional) else { return nil }
        var fatal = Set(optional.count <= 1_024 ? optional.filter { isFatal([$0]) } : optional)
        if isFatal(optional.filter { !fatal.contains($0) }) { fatal = Set(optional) }
        var stricter = features
        for index in fatal { stricter[index].missing = .reject }
        return Signature(features: stricter)
    }

    /// A network with a mask takes zeros for padding, and the mean of a row of nothing else is no number.
    /// - Returns: the signature with integers from 1, when a row of zeros has no score and one of
    ///   ones has; nil otherwise.
    static func withoutPadding(_ artifact: ONNXArtifact) -> Signature? {
        let features = artifact.signature.features
        guard features.contains(where: { $0.kind == .integer }) else { return nil }
        let workspace = artifact.makeWorkspace()
        func hasScore(_ value: Double) -> Bool {
            for index in features.indices {
                workspace.row[index] = features[index].kind == .integer ? value : 0
            }
            return (try? artifact.score(workspace))?.isNaN == false
        }
        guard !hasScore(0), hasScore(1) else { return nil }
        var positive = features
        for index in positive.indices where positive[index].kind == .integer {
            positive[index].minimum = 1
        }
        return Signature(features: positive)
    }

    private static func kind(_ type: ElementType) -> Feature.Kind {
        switch type {
        case .float16, .bfloat16, .float32, .float64: .number
        case .bool: .boolean
        case .string: .category
        default: .integer
        }
    }

    /// The categories that the encoder right behind a text input knows.
    private static func categories(
        _ program: Program, _ slot: Int, _ type: ElementType
    ) -> [String] {
        guard type == .string else { return [] }
        for step in program.steps {
            if let step = step as? OneHotStep, step.input == slot { return step.keys.strings }
            if let step = step as? LookupStep, step.input == slot { return step.keys.strings }
        }
        return []
    }
}
