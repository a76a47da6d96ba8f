/// Runs of elements less their mean, divided by their standard deviation: layer, instance, group and
/// root-mean-square normalisation. Sums are FP64.
final class NormalizeStep: Step {
    enum Kind {
        /// All dimensions from `axis` on; scale and bias broadcast to them.
        case layer(axis: Int)
        /// As `layer`, without the mean.
        case rootMeanSquare(axis: Int)
        /// Each channel of each row, or a group of them; scale and bias by channel.
        case groups(Int?)
    }

    let kind: Kind
    let type: ElementType
    let input: Int
    let scale: Int?
    let bias: Int?
    let epsilon: Double
    let output: Int

    init(
        _ place: String, _ kind: Kind, _ type: ElementType, _ input: Int, _ scale: Int?,
        _ bias: Int?, _ epsilon: Float, _ output: Int
    ) {
        self.kind = kind
        self.type = type
        self.input = input
        self.scale = scale
        self.bias = bias
        self.epsilon = Double(epsilon)
        self.output = output
        super.init(place)
    }

    override func run(_ values: Values) throws(InferenceError) {
        let source = values[input]
        let plan = try plan(source.shape)
        for slot in [scale, bias] {
            guard let slot, values[slot].count != plan.parameters else { continue }
            throw mismatch(
                "\(values[slot].shape) as scale or bias where \(plan.parameters) are needed")
        }
        let out = try values.shape(output, source.shape, self)
        try values.charge(2 * source.count, self)
        guard out.count > 0 else { return }
        if type == .float32 {
            compute(source, out, plan, values, Float.self)
        } else {
            compute(source, out, plan, values, Double.self)
        }
    }

    private struct Plan {
        /// Elements that are normalised together.
        var run: Int
        /// Scales and biases that there must be, and elements in a row for each.
        var parameters: Int
        var repeats: Int
        var subtractsMean = true
    }

    private func plan(_ shape: TensorShape) throws(InferenceError) -> Plan {
        func size(from first: Int) -> Int {
            (first..<max(shape.rank, first)).reduce(1) { $0 * shape[$1] }
        }
        switch kind {
        case .layer(let axis):
            let run = size(from: try self.axis(axis, shape.rank))
            return Plan(run: run, parameters: run, repeats: 1)
        case .rootMeanSquare(let axis):
            let run = size(from: try self.axis(axis, shape.rank))
            return Plan(run: run, parameters: run, repeats: 1, subtractsMean: false)
        case .groups(let groups):
            guard shape.rank >= 2, shape[1] % (groups ?? 1) == 0 else {
                throw mismatch("\(groups ?? 0) groups of the channels of \(shape)")
            }
            let inner = size(from: 2)
            let channels = shape[1]
            return Plan(
                run: inner * (groups.map { channels / $0 } ?? 1), parameters: channels,
                repeats: inner)
        }
    }

    @inline(__always)
    private func compute<Number: TensorFloat>(
        _ source: Tensor, _ out: Tensor, _ plan: Plan, _ values: Values, _ type: Number.Type
    ) {
        source.withElements(of: Number.self) { source in
            out.withElements(of: Number.self) { out in
                for start in stride(from: 0, to: source.count, by: plan.run) {
                    let range = start..<(start + plan.run)
                    var mean = 0.0
                    if plan.subtractsMean {
                        for index in range { mean += Double(source[index]) }
                        mean /= Double(plan.run)
                    }
                    var square = 0.0
                    for index in range {
                        let distance = Double(source[index]) - mean
                        square += distance * distance
                    }
                    let factor = 1 / (square / Double(plan.run) + epsilon).squareRoot()
                    for index in range {
                        out[index] = Number((Double(source[index]) - mean) * factor)
                    }
                }
            }
        }
        apply(scale, out, plan, values) { (x: Number, y: Number) in x * y }
        apply(bias, out, plan, values) { (x: Number, y: Number) in x + y }
    }

    @inline(__always)
    private func apply<Number: TensorFloat>(
        _ slot: Int?, _ out: Tensor, _ plan: Plan, _ values: Values,
        _ body: (Number, Number) -> Number
    ) {
        guard let slot else { return }
        values[slot].withElements(of: Number.self) { parameters in
            out.withElements(of: Number.self) { out in
                var index = 0
                while index < out.count {
                    for parameter in parameters {
                        for _ in 0..<plan.repeats {
                            out[index] = body(out[index], parameter)
                            index += 1
                        }
                    }
                }
            }
        }
    }
}
