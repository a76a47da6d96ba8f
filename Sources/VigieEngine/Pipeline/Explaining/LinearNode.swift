/// An expression as far as shares in its value can be handed down to what it is made of.
indirect enum LinearNode: Sendable {
    case constant(Double)
    /// A value of the pipeline.
    case value(Int)
    case sum(LinearNode, LinearNode)
    case scaled(Double, LinearNode)
    /// The greater or the smaller one, which alone is looked into.
    case extreme(isMaximum: Bool, LinearNode, LinearNode)
    /// A function of one number: its change is handed down whole (the rescale rule: Shrikumar,
    /// Greenside, Kundaje, "Learning important features through propagating activation
    /// differences", 2017).
    case function(Operation, LinearNode)
    /// The first one that is there.
    case coalesce([LinearNode])

    /// Nil when the expression multiplies, divides, or branches on, what depends on values.
    /// - Parameter values: the pipeline's, by register.
    init?(_ node: TypedNode, _ values: [Int: Int]) {
        if node.isConstant {
            guard let value = ConstantFolding.scalar(node), value.isFinite else { return nil }
            self = .constant(value)
            return
        }
        func child(_ node: TypedNode) -> LinearNode? { LinearNode(node, values) }
        switch node.kind {
        case .register(let register):
            guard let value = values[register] else { return nil }
            self = .value(value)
        case .scalar1(.negate, let operand):
            guard let operand = child(operand) else { return nil }
            self = .scaled(-1, operand)
        case .scalar1(let operation, let operand):
            guard operation.isFunction, let operand = child(operand) else { return nil }
            self = .function(operation, operand)
        case .scalar2(let operation, let left, let right):
            guard let a = child(left), let b = child(right),
                let node = Self.combine(operation, a, b)
            else { return nil }
            self = node
        case .coalesce(let nodes):
            let parts = nodes.compactMap(child)
            guard parts.count == nodes.count else { return nil }
            self = .coalesce(parts)
        default: return nil
        }
    }

    private static func combine(
        _ operation: Operation, _ a: LinearNode, _ b: LinearNode
    ) -> LinearNode? {
        switch (operation, a, b) {
        case (.add, _, _): .sum(a, b)
        case (.subtract, _, _): .sum(a, .scaled(-1, b))
        case (.multiply, .constant(let factor), _): .scaled(factor, b)
        case (.multiply, _, .constant(let factor)): .scaled(factor, a)
        case (.divide, _, .constant(let divisor)): .scaled(1 / divisor, a)
        case (.minimum, _, _): .extreme(isMaximum: false, a, b)
        case (.maximum, _, _): .extreme(isMaximum: true, a, b)
        default: nil
        }
    }

    /// The values that it depends on.
    var values: [Int] {
        switch self {
        case .constant: []
        case .value(let value): [value]
        case .sum(let a, let b), .extreme(_, let a, let b): a.values + b.values
        case .scaled(_, let part), .function(_, let part): part.values
        case .coalesce(let parts): parts.flatMap(\.values)
        }
    }

    /// Its value at the row, and if no feature spoke, by the same path.
    func evaluate(_ workspace: PipelineWorkspace) -> (value: Double, base: Double) {
        switch self {
        case .constant(let value): return (value, value)
        case .value(let place):
            let value = workspace.values[place].withElements(of: Double.self) { $0[0] }
            return (value, workspace.bases[place])
        case .sum(let a, let b):
            let (x, y) = (a.evaluate(workspace), b.evaluate(workspace))
            return (x.value + y.value, x.base + y.base)
        case .scaled(let factor, let part):
            let x = part.evaluate(workspace)
            return (factor * x.value, factor * x.base)
        case .extreme(let isMaximum, let a, let b):
            let (x, y) = (a.evaluate(workspace), b.evaluate(workspace))
            return (isMaximum ? x.value >= y.value : x.value <= y.value) ? x : y
        case .function(let operation, let part):
            let x = part.evaluate(workspace)
            return (
                ScalarFunction.apply(operation, x.value), ScalarFunction.apply(operation, x.base)
            )
        case .coalesce(let parts):
            for part in parts {
                let x = part.evaluate(workspace)
                if !x.value.isNaN { return x }
            }
            return (.nan, .nan)
        }
    }

    /// Adds to each value's weight its part in `weight` times this expression.
    func distribute(_ weight: Double, _ workspace: PipelineWorkspace) {
        switch self {
        case .constant: return
        case .value(let place): workspace.weights[place] += weight
        case .sum(let a, let b):
            a.distribute(weight, workspace)
            b.distribute(weight, workspace)
        case .scaled(let factor, let part): part.distribute(weight * factor, workspace)
        case .extreme(let isMaximum, let a, let b):
            let (x, y) = (a.evaluate(workspace).value, b.evaluate(workspace).value)
            ((isMaximum ? x >= y : x <= y) ? a : b).distribute(weight, workspace)
        case .function(let operation, let part):
            let x = part.evaluate(workspace)
            let slope = ScalarFunction.slope(
                from: x.base, to: x.value, ScalarFunction.apply(operation, x.base),
                ScalarFunction.apply(operation, x.value))
            part.distribute(weight * slope, workspace)
        case .coalesce(let parts):
            parts.first { !$0.evaluate(workspace).value.isNaN }?.distribute(weight, workspace)
        }
    }
}
