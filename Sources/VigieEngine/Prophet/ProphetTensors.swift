/// Where a ``ProphetArtifact``'s inputs and outputs are.
struct ProphetTensors: Sendable {
    let inputs: [TensorSpec]
    let outputs: [TensorSpec]
    /// Places of inputs that not every model has.
    let cap: Int?
    let floor: Int?
    /// By condition, and by regressor.
    let conditions: [Int]
    let regressors: [Int]

    enum Input: Int { case ds, intervalWidth, samples, seed }
    enum Output: Int { case yhat, yhatLower, yhatUpper, trend, trendLower, trendUpper }

    /// The first component's output.
    static let firstComponent = 6

    /// - Throws: `unsupported` when two inputs, or outputs, would have the same name.
    init(_ model: ProphetModel) throws(LoadError) {
        var inputs = [
            TensorSpec(name: "ds", type: .int64, shape: [-1]),
            TensorSpec(name: "interval_width", type: .float64, shape: [1], isOptional: true),
            TensorSpec(name: "uncertainty_samples", type: .int64, shape: [1], isOptional: true),
            TensorSpec(name: "seed", type: .int64, shape: [1], isOptional: true),
        ]
        func add(_ name: String, _ type: ElementType) -> Int {
            inputs.append(TensorSpec(name: name, type: type, shape: [-1]))
            return inputs.count - 1
        }
        cap = model.growth == .logistic ? add("cap", .float64) : nil
        floor = model.hasFloor ? add("floor", .float64) : nil
        conditions = model.conditions.map { add($0, .bool) }
        regressors = model.regressors.map { add($0.name, .float64) }
        self.inputs = inputs
        outputs =
            (["yhat", "yhat_lower", "yhat_upper", "trend", "trend_lower", "trend_upper"]
            + model.components.map(\.name)).map {
                TensorSpec(name: $0, type: .float64, shape: [-1])
            }
        for (kind, specs) in [("inputs", self.inputs), ("outputs", outputs)] {
            var names: Set<String> = []
            for spec in specs where !names.insert(spec.name).inserted {
                throw LoadError(.unsupported, "two \(kind) would have the name '\(spec.name)'")
            }
        }
    }
}
