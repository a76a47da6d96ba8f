import CVigieKernels

/// Makes one step of chains of steps: a product with a constant matrix, a bias and an activation.
/// The fused step does what its parts do, in their order, so that every number stays the same but for
/// the rounding between the multiplication and the addition of a sum.
struct Fusion {
    private let constants: [Int: Tensor]
    /// Slots that somebody else reads.
    private let kept: Set<Int>
    private var readers: [Int: Int] = [:]
    /// Where the step is that fills a slot.
    private var producers: [Int: Int] = [:]
    /// Nil where a step has become part of a later one.
    private var steps: [Step?] = []
    private var wiring: [Wiring] = []

    /// - Parameter kept: slots that must be filled whatever the steps read.
    init(_ steps: [Step], _ wiring: [Wiring], kept: Set<Int>, _ constants: [Int: Tensor]) {
        self.constants = constants
        self.kept = kept
        for wires in wiring {
            for slot in wires.reads { readers[slot, default: 0] += 1 }
        }
        for (step, wires) in zip(steps, wiring) { add(step, wires) }
    }

    var result: (steps: [Step], wiring: [Wiring]) {
        let places = steps.indices.filter { steps[$0] != nil }
        return (places.compactMap { steps[$0] }, places.map { wiring[$0] })
    }

    private mutating func add(_ step: Step, _ wires: Wiring) {
        if let (fused, wires) = extended(by: step) ?? dense(step) {
            append(fused, wires)
        } else {
            append(step, wires)
        }
    }

    private mutating func append(_ step: Step, _ wires: Wiring) {
        for slot in wires.writes { producers[slot] = steps.count }
        steps.append(step)
        wiring.append(wires)
    }

    /// The step that fills `slot`, if nobody but the one that asks reads it.
    private func producer(_ slot: Int) -> Int? {
        guard readers[slot] == 1, !kept.contains(slot), let place = producers[slot] else {
            return nil
        }
        return place
    }

    private func matrix(_ slot: Int) -> Tensor? {
        guard let tensor = constants[slot], tensor.shape.rank == 2 else { return nil }
        return tensor
    }

    /// A product with a constant matrix, its weights packed.
    private func dense(_ step: Step) -> (Step, Wiring)? {
        if let step = step as? MatMulStep, let matrix = matrix(step.b) {
            let wires = Wiring(reads: [step.a], writes: [step.output])
            if step.type == .float32 {
                let dense = DenseStep(
                    step.place, step.a, step.output, matrix, transposed: false, isMatrix: false,
                    scale: 1)
                return (dense, wires)
            }
            guard step.type == .float64 else { return nil }
            let dense = DoubleDenseStep(
                step.place, step.a, step.output, matrix, transposed: false, isMatrix: false,
                scale: 1)
            return (dense, wires)
        }
        guard let step = step as? GemmStep, !step.transA, let matrix = matrix(step.b) else {
            return nil
        }
        let wires = Wiring(reads: [step.a], writes: [step.output])
        let columns = matrix.shape[step.transB ? 0 : 1]
        if step.type == .float32 {
            let dense = DenseStep(
                step.place, step.a, step.output, matrix, transposed: step.transB, isMatrix: true,
                scale: step.alpha)
            guard let c = step.c, step.beta != 0 else { return (dense, wires) }
            guard let bias: [Float] = bias(c, columns, rank: 2) else { return nil }
            return (dense.adding(bias.map { $0 * step.beta }, step.output), wires)
        }
        let dense = DoubleDenseStep(
            step.place, step.a, step.output, matrix, transposed: step.transB, isMatrix: true,
            scale: Double(step.alpha))
        guard let c = step.c, step.beta != 0 else { return (dense, wires) }
        guard let bias: [Double] = bias(c, columns, rank: 2) else { return nil }
        return (dense.adding(bias.map { $0 * Double(step.beta) }, step.output), wires)
    }

    /// What constant `slot` adds to each column of a result of at least `rank` dimensions.
    private func bias<Number: TensorFloat>(_ slot: Int, _ columns: Int, rank: Int) -> [Number]? {
        guard let tensor = constants[slot], tensor.type.byteCount == MemoryLayout<Number>.size,
            tensor.shape.rank <= rank
        else { return nil }
        return tensor.withElements(of: Number.self) { elements -> [Number]? in
            if elements.count == 1 { return Array(repeating: elements[0], count: columns) }
            let shape = tensor.shape
            guard shape[shape.rank - 1] == columns, elements.count == columns else { return nil }
            return Array(elements)
        }
    }

    /// The dense step before `step` with `step` in it.
    private mutating func extended(by step: Step) -> (Step, Wiring)? {
        if let step = step as? BinaryStep, step.kind == .add {
            return added(step, step.a, step.b) ?? added(step, step.b, step.a)
        }
        if let step = step as? ChannelsStep { return normalized(step) }
        guard let step = step as? FunctionStep, let place = producer(step.input) else { return nil }
        if let dense = steps[place] as? DenseStep, !dense.hasActivation {
            return replace(place, dense.followed(by: step.activation, step.output), step.output)
        }
        if let dense = steps[place] as? DoubleDenseStep, !dense.hasActivation, step.isRelu {
            return replace(place, dense.followedByRelu(step.output), step.output)
        }
        if let conv = steps[place] as? ConvStep, !conv.hasActivation {
            return replace(place, conv.followed(by: step.activation, step.output), step.output)
        }
        return nil
    }

    private mutating func added(
        _ step: BinaryStep, _ slot: Int, _ term: Int
    ) -> (Step, Wiring)? {
        guard slot != term, let place = producer(slot) else { return nil }
        if let dense = steps[place] as? DenseStep, !dense.hasActivation, !dense.hasBias,
            let bias: [Float] = bias(term, dense.columns, rank: dense.isMatrix ? 2 : 1)
        {
            return replace(place, dense.adding(bias, step.output), step.output)
        }
        if let dense = steps[place] as? DoubleDenseStep, !dense.hasActivation, !dense.hasBias,
            let bias: [Double] = bias(term, dense.columns, rank: dense.isMatrix ? 2 : 1)
        {
            return replace(place, dense.adding(bias, step.output), step.output)
        }
        return nil
    }

    /// A batch normalisation becomes part of the filters before it.
    private mutating func normalized(_ step: ChannelsStep) -> (Step, Wiring)? {
        guard step.type == .float32, let place = producer(step.input),
            let conv = steps[place] as? ConvStep, !conv.hasActivation
        else { return nil }
        let parameters = step.parameters.compactMap { constants[$0] }
        let outputs = conv.filters.outputs
        guard parameters.count == 4, parameters.allSatisfy({ $0.shape == TensorShape([outputs]) })
        else { return nil }
        var (scale, shift): ([Float], [Float]) = ([], [])
        for channel in 0..<outputs {
            let (factor, term): (Float, Float) = step.affine(channel) { slot in
                parameters[step.parameters.firstIndex(of: slot) ?? 0]
            }
            scale.append(factor)
            shift.append(term)
        }
        return replace(place, conv.scaled(by: scale, shift, step.output), step.output)
    }

    private mutating func replace(
        _ place: Int, _ step: Step, _ output: Int
    ) -> (Step, Wiring) {
        steps[place] = nil
        let scratch = wiring[place].writes.dropFirst()
        return (step, Wiring(reads: wiring[place].reads, writes: [output] + scratch))
    }
}
