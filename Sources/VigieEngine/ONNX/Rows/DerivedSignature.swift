/// A signature for a model whose manifest has none: a feature for each column of each input.
enum DerivedSignature {
    /// Nil when an input is no matrix of a known width.
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
            for column in 0..<width {
                let isReal = spec.type == .float32 || spec.type == .float64
                features.append(
                    Feature(
                        name: width == 1 ? spec.name : "\(spec.name)_\(column)",
                        kind: kind(spec.type),
                        missing: isReal && handlesMissing ? .allow : .reject,
                        categories: categories(program, slot, spec.type), input: spec.name))
            }
        }
        return Signature(features: features)
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
