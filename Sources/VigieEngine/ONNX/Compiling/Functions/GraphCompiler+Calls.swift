import VigieProtos

// Calls of a model's own functions: their nodes are compiled where the call stands.
extension GraphCompiler {
    /// What names stand for.
    private struct Scope {
        var slots: [Text: Int] = [:]
        var sequences: [Text: [Int]] = [:]
    }

    /// A node, for messages: "operator 'Gather' (node 'g1')".
    func place(_ node: Onnx.NodeProto, _ position: Int) -> String {
        let name = node.name.isEmpty ? "number \(position)" : "'\(node.name)'"
        let function = frame.function.isEmpty ? "" : " of function '\(frame.function)'"
        return "operator '\(node.opType)' (node \(name)\(function))"
    }

    /// Compiles the nodes of `function`, which see its inputs and nothing else of what is around.
    func call(
        _ function: ModelFunction, _ node: Onnx.NodeProto, _ position: Int
    ) throws(LoadError) {
        let place = place(node, position)
        let proto = function.proto
        guard frame.depth < ONNXLimits.callDepthMax else {
            throw LoadError(
                .limit, "\(place): more than \(ONNXLimits.callDepthMax) nested calls of functions")
        }
        nodeCount += proto.node.count
        guard nodeCount <= ONNXLimits.nodesMax else {
            throw LoadError(.limit, "\(place): \(ONNXLimits.nodesMax) nodes are the most")
        }
        guard node.input.count <= proto.input.count, node.output.count <= proto.output.count
        else {
            throw LoadError(
                .corrupt,
                "\(place): it has \(node.input.count) inputs and \(node.output.count) outputs, its"
                    + " function \(proto.input.count) and \(proto.output.count)")
        }
        var callee = Frame(opsets: function.opsets, function: String(proto.name))
        callee.depth = frame.depth + 1
        callee.parameters = Set(function.attributes.keys)
        callee.arguments = try arguments(function, node, place)
        let inputs = try inputs(proto, node, place, &callee.absent)
        let inner = try scope(inputs, callee, proto)
        for (index, output) in node.output.enumerated() where !output.isEmpty {
            let value = proto.output[index]
            if let parts = inner.sequences[value] {
                guard sequences.updateValue(parts, forKey: output) == nil else {
                    throw LoadError(.corrupt, "\(place): the name '\(output)' is given twice")
                }
            } else if let slot = inner.slots[value] {
                try name(output, slot, place)
            } else {
                throw LoadError(
                    .corrupt, "\(place): no node of its function computes '\(value)'")
            }
        }
    }

    /// The names of a function once its nodes are compiled.
    private func scope(
        _ inputs: Scope, _ callee: Frame, _ function: Onnx.FunctionProto
    ) throws(LoadError) -> Scope {
        let outer = (frame: frame, names: names, sequences: sequences)
        (frame, names, sequences) = (callee, inputs.slots, inputs.sequences)
        defer { (frame, names, sequences) = outer }
        for (position, node) in function.node.enumerated() { try compile(node, position) }
        return Scope(slots: names, sequences: sequences)
    }

    /// What the function's inputs stand for.
    private func inputs(
        _ function: Onnx.FunctionProto, _ node: Onnx.NodeProto, _ place: String,
        _ absent: inout Set<Text>
    ) throws(LoadError) -> Scope {
        var scope = Scope()
        var known: Set<Text> = []
        for (index, name) in function.input.enumerated() {
            guard known.insert(name).inserted else {
                throw LoadError(.corrupt, "\(place): its function has two inputs '\(name)'")
            }
            guard index < node.input.count, !node.input[index].isEmpty,
                !frame.absent.contains(node.input[index])
            else {
                absent.insert(name)
                continue
            }
            let value = node.input[index]
            if let parts = sequences[value] {
                scope.sequences[name] = parts
            } else if let slot = slot(value) {
                scope.slots[name] = slot
            } else {
                throw LoadError(
                    .corrupt,
                    "\(place): input '\(value)' is computed by no node before it: nodes must be"
                        + " in order and without a cycle")
            }
        }
        return scope
    }

    /// The attributes that a call gives, and the defaults of the others.
    private func arguments(
        _ function: ModelFunction, _ node: Onnx.NodeProto, _ place: String
    ) throws(LoadError) -> [String: Onnx.AttributeProto] {
        var arguments = function.attributes.compactMapValues { $0 }
        var given: Set<String> = []
        for attribute in node.attribute {
            let name = String(attribute.name)
            guard given.insert(name).inserted else {
                throw LoadError(.corrupt, "\(place): attribute '\(name)' is given twice")
            }
            guard function.attributes[name] != nil else {
                throw LoadError(.corrupt, "\(place): its function has no attribute '\(name)'")
            }
            if let value = try frame.value(attribute, place) { arguments[name] = value }
        }
        return arguments
    }
}
