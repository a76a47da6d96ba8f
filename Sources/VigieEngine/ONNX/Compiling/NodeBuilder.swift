import VigieProtos

/// One node of the graph while it is compiled: typed access to its inputs and attributes, and the
/// errors that name it. What an operator's builder has not asked for is refused by ``finish()``.
final class NodeBuilder {
    let graph: GraphCompiler
    let op: String
    /// "", "ai.onnx.ml" or "com.microsoft".
    let domain: String
    /// The version of the operator set of ``domain``.
    let version: Int
    /// "operator 'Gather' (node 'g1')".
    let place: String
    private let node: Onnx.NodeProto
    private var attributes: [String: Onnx.AttributeProto] = [:]
    private var inputsUsed = 0
    private var outputsUsed = 0

    init(
        _ node: Onnx.NodeProto, _ position: Int, _ graph: GraphCompiler
    ) throws(LoadError) {
        self.graph = graph
        self.node = node
        op = String(node.opType)
        place = graph.place(node, position)
        domain = node.domain == "ai.onnx" ? "" : String(node.domain)
        guard OperatorTable.sets[domain] != nil else {
            throw LoadError(
                .unsupported,
                "\(place) is of operator set '\(domain)'; supported are ai.onnx, ai.onnx.ml and"
                    + " com.microsoft")
        }
        guard let version = graph.frame.opsets[domain] else {
            throw LoadError(
                .corrupt, "\(place) is of an operator set '\(domain)' that is not imported")
        }
        guard
            !domain.isEmpty
                || version >= ONNXLimits.sameSince[op, default: ONNXLimits.opsetMin]
        else {
            throw LoadError(
                .unsupported,
                "\(place) is of operator set ai.onnx version \(version); supported are"
                    + " \(ONNXLimits.opsetMin) to \(ONNXLimits.opsetMax)")
        }
        self.version = version
        guard node.input.count <= ONNXLimits.nodeValuesMax,
            node.output.count <= ONNXLimits.nodeValuesMax
        else { throw LoadError(.limit, "\(place) has too many inputs or outputs") }
        for attribute in node.attribute {
            let name = String(attribute.name)
            guard let value = try graph.frame.value(attribute, place) else { continue }
            guard attributes.updateValue(value, forKey: name) == nil else {
                throw LoadError(.corrupt, "\(place): attribute '\(name)' is given twice")
            }
        }
    }

    /// Refuses attributes, inputs and outputs that the operator's builder has not asked for.
    func finish() throws(LoadError) {
        if let name = attributes.keys.min() {
            throw unsupported("attribute '\(name)'")
        }
        for index in inputsUsed..<max(inputsUsed, node.input.count)
        where !node.input[index].isEmpty {
            throw unsupported("input \(index) ('\(node.input[index])')")
        }
        for index in outputsUsed..<max(outputsUsed, node.output.count)
        where !node.output[index].isEmpty {
            throw unsupported("output \(index) ('\(node.output[index])')")
        }
    }

    func unsupported(_ what: String) -> LoadError {
        LoadError(.unsupported, "\(place): \(what) is not supported")
    }

    func corrupt(_ what: String) -> LoadError { LoadError(.corrupt, "\(place): \(what)") }
}

// Inputs and outputs.
extension NodeBuilder {
    var inputCount: Int { node.input.count }
    var outputCount: Int { node.output.count }

    func type(_ slot: Int) -> ElementType { graph.slotTypes[slot] }

    /// The constant in `slot`, if it is one.
    func constant(_ slot: Int) -> Tensor? { graph.constants[slot] }

    /// The slot of input `index`; nil if it is left out.
    func optionalInput(
        _ index: Int, _ types: [ElementType] = .all
    ) throws(LoadError) -> Int? {
        inputsUsed = max(inputsUsed, index + 1)
        guard index < node.input.count, !node.input[index].isEmpty,
            !graph.frame.absent.contains(node.input[index])
        else { return nil }
        guard let slot = graph.slot(node.input[index]) else {
            throw corrupt(
                "input '\(node.input[index])' is computed by no node before it: nodes must be in"
                    + " order and without a cycle")
        }
        guard types.contains(type(slot)) else {
            throw LoadError(
                .unsupported,
                "\(place): input \(index) of type \(type(slot).label) is not supported; supported"
                    + " are \(types.label)")
        }
        return slot
    }

    /// The slot of input `index`, which must be there.
    func input(_ index: Int, _ types: [ElementType] = .all) throws(LoadError) -> Int {
        guard let slot = try optionalInput(index, types) else {
            throw corrupt("input \(index) is missing")
        }
        return slot
    }

    /// All inputs, of one type.
    func inputs(_ types: [ElementType] = .all) throws(LoadError) -> [Int] {
        var slots: [Int] = []
        for index in 0..<node.input.count { slots.append(try input(index, types)) }
        guard let first = slots.first else { throw corrupt("it has no input") }
        guard slots.allSatisfy({ type($0) == type(first) }) else {
            throw corrupt("its inputs are of different types")
        }
        return slots
    }

    /// Whether anyone could read output `index`.
    func hasOutput(_ index: Int) -> Bool {
        outputsUsed = max(outputsUsed, index + 1)
        return index < node.output.count && !node.output[index].isEmpty
    }

    /// A new slot for output `index`.
    func output(_ index: Int, _ type: ElementType) throws(LoadError) -> Int {
        let slot = graph.addSlot(type)
        try output(index, slot: slot)
        return slot
    }

    /// Gives output `index` the value in `slot`.
    func output(_ index: Int, slot: Int) throws(LoadError) {
        if hasOutput(index) { try graph.name(node.output[index], slot, place) }
    }

    /// Makes output 0 a sequence of tensors.
    func output(sequence slots: [Int]) throws(LoadError) {
        guard hasOutput(0) else { return }
        guard graph.sequences.updateValue(slots, forKey: node.output[0]) == nil else {
            throw corrupt("the name '\(node.output[0])' is given twice")
        }
    }

    /// The slot of output `index`, once it has one.
    func outputSlot(_ index: Int) -> Int? {
        index < node.output.count ? graph.slot(node.output[index]) : nil
    }

    func add(_ step: Step, _ reads: [Int], _ writes: [Int]) {
        graph.add(step, reads: reads, writes: writes)
    }
}

// Attributes. Each may be asked for once.
extension NodeBuilder {
    private func take(
        _ name: String, _ type: Onnx.AttributeProto.AttributeType
    ) throws(LoadError) -> Onnx.AttributeProto? {
        guard let attribute = attributes.removeValue(forKey: name) else { return nil }
        // Files of the first IR versions have no type.
        guard attribute.type == type || attribute.type == .undefined else {
            throw corrupt("attribute '\(name)' is of type \(attribute.type), not \(type)")
        }
        return attribute
    }

    func has(_ name: String) -> Bool { attributes[name] != nil }

    /// Forgets attributes that say nothing about the result.
    func ignore(_ names: String...) { for name in names { attributes[name] = nil } }

    func float(_ name: String) throws(LoadError) -> Float? { try take(name, .float)?.f }

    func int(_ name: String) throws(LoadError) -> Int? {
        try take(name, .int).map { Int($0.i) }
    }

    func string(_ name: String) throws(LoadError) -> String? {
        guard let bytes = try take(name, .string)?.s else { return nil }
        return bytes.withUnsafeBytes { String(decoding: $0, as: UTF8.self) }
    }

    func floats(_ name: String) throws(LoadError) -> [Float]? {
        try take(name, .floats).map { Array($0.floats) }
    }

    func ints(_ name: String) throws(LoadError) -> [Int]? {
        try take(name, .ints).map { $0.ints.map { Int($0) } }
    }

    func strings(_ name: String) throws(LoadError) -> [String]? {
        try take(name, .strings).map {
            $0.strings.map { text in
                text.withUnsafeBytes { String(decoding: $0, as: UTF8.self) }
            }
        }
    }

    func tensor(_ name: String) throws(LoadError) -> Tensor? {
        guard let attribute = try take(name, .tensor) else { return nil }
        guard let proto = attribute.t else { throw corrupt("attribute '\(name)' is empty") }
        return try TensorReader.read(proto, "\(place): attribute '\(name)'")
    }

    /// The graph in attribute `name`, compiled for inputs of `types`.
    func body(_ name: String, _ types: [ElementType]) throws(LoadError) -> Body {
        guard let graph = try take(name, .graph)?.g else { throw corrupt("'\(name)' is missing") }
        return try self.graph.compileBody(graph, types, place)
    }

    /// The numbers of a FLOATS attribute, or of a FLOAT or DOUBLE tensor attribute whose name has
    /// "_as_tensor" after it; none if there is neither.
    func doubles(_ name: String) throws(LoadError) -> [Double] {
        guard let tensor = try tensor("\(name)_as_tensor") else {
            return (try floats(name) ?? []).map { Double($0) }
        }
        switch tensor.type {
        case .float64: return tensor.withElements(of: Double.self) { Array($0) }
        case .float32: return tensor.withElements(of: Float.self) { $0.map { Double($0) } }
        default: throw unsupported("attribute '\(name)' of type \(tensor.type.label)")
        }
    }

    /// The value of `name` among `choices`.
    func choice<Choice: RawRepresentable & CaseIterable>(
        _ name: String, _ fallback: Choice
    ) throws(LoadError) -> Choice where Choice.RawValue == String {
        guard let text = try string(name) else { return fallback }
        guard let choice = Choice(rawValue: text) else {
            let known = Choice.allCases.map(\.rawValue).joined(separator: ", ")
            throw LoadError(
                .unsupported,
                "\(place): \(name) '\(text)' is not supported; supported are \(known)")
        }
        return choice
    }
}

// Constants that builders make.
extension NodeBuilder {
    func constant(ints: [Int]) -> Int {
        let tensor = Tensor(type: .int64)
        tensor.reshape(TensorShape([ints.count]))
        tensor.withElements(of: Int64.self) { elements in
            for (index, value) in ints.enumerated() { elements[index] = Int64(value) }
        }
        return graph.addConstant(tensor)
    }
}
