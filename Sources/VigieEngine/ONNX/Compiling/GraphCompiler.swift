import VigieProtos

/// Compiles a decoded graph into a ``Program``.
final class GraphCompiler {
    private(set) var slotTypes: [ElementType] = []
    private(set) var constants: [Int: Tensor] = [:]
    var steps: [Step] = []
    /// What each of ``steps`` reads and writes.
    var wiring: [Wiring] = []
    /// Slots by the names that the graph gives them.
    var names: [Text: Int] = [:]
    private var inputSlots: [Int] = []
    private var inputSpecs: [TensorSpec] = []
    private(set) var classLabels: [Int: ClassLabels] = [:]
    private(set) var links: [Int: Link] = [:]
    /// Trees that stand alone, by the slot that they fill.
    var treeSources: [Int: TreeEnsembleBuilder] = [:]
    /// The slots of sequences of tensors, which only outputs can be.
    var sequences: [Text: [Int]] = [:]
    /// Slots that are the sum over the last axis of another slot.
    var sums: [Int: Int] = [:]
    /// How many steps must have run for a slot to be filled.
    var computed: [Int: Int] = [:]
    /// Where constants are folded: one tensor a slot, most of them empty.
    private let folding = Values([], [])
    private(set) var ensembles: [TreeEnsemble] = []
    /// Slots whose tensors no other slot may use: those inside the bodies of loops.
    var pinned: Set<Int> = []
    /// How many bodies the node that is being compiled is inside of.
    var depth = 0
    /// Nodes of the graph and all bodies so far.
    var nodeCount = 0
    /// The functions that the model brings.
    let functions: ModelFunctions
    /// What the nodes that are being compiled belong to: the model's graph, or a function.
    var frame: Frame

    init(_ opsets: Opsets, _ functions: ModelFunctions) {
        self.functions = functions
        frame = Frame(opsets: opsets)
    }

    func compile(_ graph: Onnx.GraphProto) throws(LoadError) -> Program {
        guard graph.node.count <= ONNXLimits.nodesMax else {
            throw LoadError(
                .limit, "\(graph.node.count) nodes, \(ONNXLimits.nodesMax) are the most")
        }
        guard graph.sparseInitializer.isEmpty else {
            throw LoadError(.unsupported, "sparse initializers are not supported")
        }
        nodeCount = graph.node.count
        try addInitializers(graph)
        for input in graph.input { try addInput(input) }
        guard !inputSlots.isEmpty else { throw LoadError(.corrupt, "the graph has no input") }
        for (position, node) in graph.node.enumerated() { try compile(node, position) }
        return try finish(graph)
    }

    func compile(_ node: Onnx.NodeProto, _ position: Int) throws(LoadError) {
        if let function = functions[node] { return try call(function, node, position) }
        let builder = try NodeBuilder(node, position, self)
        let first = steps.count
        try OperatorTable.build(builder)
        try builder.finish()
        try fold(from: first)
    }

    /// Runs at once what depends on constants only.
    private func fold(from first: Int) throws(LoadError) {
        var kept = first
        for position in first..<steps.count {
            let (step, wires) = (steps[position], wiring[position])
            if try isFolded(step, wires.reads, wires.writes) { continue }
            steps[kept] = step
            wiring[kept] = wires
            kept += 1
            for slot in wires.writes { computed[slot] = kept }
        }
        steps.removeLast(steps.count - kept)
        wiring.removeLast(wiring.count - kept)
    }

    private func isFolded(
        _ step: Step, _ reads: [Int], _ writes: [Int]
    ) throws(LoadError) -> Bool {
        guard step.isFoldable, reads.allSatisfy({ constants[$0] != nil }) else { return false }
        do throws(InferenceError) {
            try step.run(folding)
        } catch {
            throw LoadError(error.reason == .limit ? .limit : .corrupt, error.message)
        }
        for slot in writes {
            let tensor = folding[slot]
            guard tensor.count * max(tensor.type.byteCount, 8) <= ONNXLimits.foldedBytesMax else {
                return false
            }
        }
        for slot in writes { constants[slot] = folding[slot] }
        return true
    }
}

// What operators' builders use.
extension GraphCompiler {
    func addSlot(_ type: ElementType) -> Int {
        slotTypes.append(type)
        folding.append(Tensor(type: type))
        return slotTypes.count - 1
    }

    func addConstant(_ tensor: Tensor) -> Int {
        slotTypes.append(tensor.type)
        folding.append(tensor)
        constants[slotTypes.count - 1] = tensor
        return slotTypes.count - 1
    }

    func slot(_ name: Text) -> Int? { names[name] }

    func name(_ name: Text, _ slot: Int, _ place: String) throws(LoadError) {
        guard names.updateValue(slot, forKey: name) == nil else {
            throw LoadError(.corrupt, "\(place): the name '\(name)' is given twice")
        }
    }

    /// Adds a step.
    /// - Parameters:
    ///   - reads: every slot that it reads.
    ///   - writes: every slot that it fills.
    func add(_ step: Step, reads: [Int], writes: [Int]) {
        steps.append(step)
        wiring.append(Wiring(reads: reads, writes: writes))
    }

    /// Room for a tree ensemble's scratch memory in each workspace.
    func addScratch(_ ensemble: TreeEnsemble) -> Int {
        ensembles.append(ensemble)
        return ensembles.count - 1
    }

    func setLink(_ slot: Int, _ link: Link) { links[slot] = link }
    func setLabels(_ slot: Int, _ labels: ClassLabels) { classLabels[slot] = labels }
}

// Inputs and outputs.
extension GraphCompiler {
    /// - Parameter where: added to messages.
    func addInitializers(
        _ graph: Onnx.GraphProto, _ where: String = ""
    ) throws(LoadError) {
        for initializer in graph.initializer {
            let place = "initializer '\(initializer.name)'\(`where`)"
            guard !initializer.name.isEmpty else {
                throw LoadError(.corrupt, "an initializer has no name")
            }
            let tensor = try TensorReader.read(initializer, place)
            try name(initializer.name, addConstant(tensor), place)
        }
    }

    private func addInput(_ input: Onnx.ValueInfoProto) throws(LoadError) {
        // Before IR version 4, initializers were listed among the inputs.
        if let slot = names[input.name], constants[slot] != nil { return }
        let place = "input '\(input.name)'"
        guard !input.name.isEmpty else { throw LoadError(.corrupt, "an input has no name") }
        guard let tensor = input.type?.tensorType else {
            throw LoadError(.unsupported, "\(place) is no tensor")
        }
        guard let type = ElementType(onnx: tensor.elemType) else {
            throw ElementType.unsupported(onnx: tensor.elemType, place)
        }
        let slot = addSlot(type)
        try name(input.name, slot, place)
        inputSlots.append(slot)
        inputSpecs.append(
            TensorSpec(
                name: String(input.name), type: type,
                shape: try extents(tensor.shape, place) ?? [-1]))
    }

    /// Extents of a declared shape, -1 for those that have a name or nothing; nil if it has none.
    private func extents(
        _ shape: Onnx.TensorShapeProto?, _ place: String
    ) throws(LoadError) -> [Int]? {
        guard let shape else { return nil }
        guard shape.dim.count <= TensorShape.rankMax else {
            throw LoadError(.limit, "\(place) has \(shape.dim.count) dimensions, 8 are the most")
        }
        var extents: [Int] = []
        for dimension in shape.dim {
            // Converters write 0 for an extent that they do not know.
            if case .dimValue(let extent)? = dimension.value, extent != 0 {
                guard extent > 0, extent <= Int64(Int32.max) else {
                    throw LoadError(.corrupt, "\(place) has an extent of \(extent)")
                }
                extents.append(Int(extent))
            } else {
                extents.append(-1)
            }
        }
        return extents
    }

    private func finish(_ graph: Onnx.GraphProto) throws(LoadError) -> Program {
        guard !graph.output.isEmpty, graph.output.count <= ONNXLimits.nodeValuesMax else {
            throw LoadError(.corrupt, "the graph has no output")
        }
        var outputs = Outputs()
        for output in graph.output {
            let name = String(output.name)
            let place = "output '\(name)'"
            if let parts = sequences[output.name] {
                for (number, part) in parts.enumerated() {
                    try addOutput("\(name).\(number)", part, nil, place, to: &outputs)
                }
                continue
            }
            guard let value = names[output.name] else {
                throw LoadError(.corrupt, "\(place): no node computes it")
            }
            try addOutput(name, value, output.type?.tensorType, place, to: &outputs)
        }
        return Program(
            slotTypes: slotTypes, constants: constants, steps: steps, wiring: wiring,
            pinned: pinned, inputSlots: inputSlots,
            outputSlots: outputs.slots, inputs: inputSpecs, outputs: outputs.specs,
            classLabels: outputs.labels, links: links, ensembles: ensembles,
            stepCounts: computed, treeSources: treeSources)
    }

    private struct Outputs {
        var slots: [Int] = []
        var specs: [TensorSpec] = []
        var labels: [String: ClassLabels] = [:]
    }

    private func addOutput(
        _ name: String, _ value: Int, _ declared: Onnx.TypeProto.Tensor?, _ place: String,
        to outputs: inout Outputs
    ) throws(LoadError) {
        guard !outputs.specs.contains(where: { $0.name == name }) else {
            throw LoadError(.corrupt, "\(place) is listed twice")
        }
        var slot = value
        if let declared {
            slot = try convert(value, to: ElementType(onnx: declared.elemType), place)
        }
        // A value that nobody computes, or that already has a tensor, is copied.
        if computed[slot] == nil || outputs.slots.contains(slot) {
            let source = slot
            slot = addSlot(slotTypes[source])
            links[slot] = links[source] ?? Link(raw: source, kind: .raw)
            add(CopyStep(place, source, slot), reads: [source], writes: [slot])
            computed[slot] = steps.count
        }
        let classes = classLabels[value]
        if let classes { outputs.labels[name] = classes }
        outputs.slots.append(slot)
        outputs.specs.append(
            TensorSpec(
                name: name, type: slotTypes[slot],
                shape: try extents(declared?.shape, place)
                    ?? (classes.map { [-1, $0.count] } ?? [-1])))
    }

    /// Converters declare FP64 what their classifiers give as FP32, when the inputs are FP64.
    private func convert(
        _ value: Int, to declared: ElementType?, _ place: String
    ) throws(LoadError) -> Int {
        let type = slotTypes[value]
        guard declared != type else { return value }
        guard let declared, [ElementType].floats.contains(declared),
            [ElementType].floats.contains(type)
        else {
            throw LoadError(.corrupt, "\(place) is declared as another type than \(type.label)")
        }
        let slot = addSlot(declared)
        links[slot] = links[value]
        add(CastStep(place, type, declared, value, slot), reads: [value], writes: [slot])
        computed[slot] = steps.count
        return slot
    }
}
