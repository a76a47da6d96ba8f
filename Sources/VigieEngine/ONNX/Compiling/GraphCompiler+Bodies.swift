import VigieProtos

// Bodies of loops and conditionals.
extension GraphCompiler {
    /// Compiles the graph inside a node. It sees the names around it; nothing outside sees its own.
    /// - Parameters:
    ///   - types: of its inputs.
    ///   - place: the node, for messages.
    func compileBody(
        _ graph: Onnx.GraphProto, _ types: [ElementType], _ place: String
    ) throws(LoadError) -> Body {
        guard depth < ONNXLimits.bodyDepthMax else {
            throw LoadError(.limit, "\(place): more than \(ONNXLimits.bodyDepthMax) nested graphs")
        }
        nodeCount += graph.node.count
        guard nodeCount <= ONNXLimits.nodesMax else {
            throw LoadError(.limit, "\(place): \(ONNXLimits.nodesMax) nodes are the most")
        }
        guard graph.sparseInitializer.isEmpty else {
            throw LoadError(.unsupported, "\(place): sparse initializers are not supported")
        }
        guard graph.input.count == types.count else {
            throw LoadError(
                .corrupt,
                "\(place): its graph has \(graph.input.count) inputs, \(types.count) are given")
        }
        let outer = (names: names, steps: steps, wiring: wiring, firstSlot: slotTypes.count)
        (steps, wiring) = ([], [])
        depth += 1
        defer {
            (names, steps, wiring) = (outer.names, outer.steps, outer.wiring)
            depth -= 1
        }
        try addInitializers(graph, " of \(place)")
        var inputs: [Int] = []
        for (input, type) in zip(graph.input, types) {
            let slot = addSlot(type)
            try name(input.name, slot, "\(place): input '\(input.name)' of its graph")
            inputs.append(slot)
        }
        for (position, node) in graph.node.enumerated() { try compile(node, position) }
        var outputs: [Int] = []
        for output in graph.output {
            guard let value = names[output.name] else {
                throw LoadError(
                    .corrupt, "\(place): no node of its graph computes '\(output.name)'")
            }
            // Each output has a tensor of its own, which is carried to the next turn.
            var slot = value
            if computed[value] == nil || value < outer.firstSlot || outputs.contains(value) {
                slot = addSlot(slotTypes[value])
                add(CopyStep(place, value, slot), reads: [value], writes: [slot])
                computed[slot] = steps.count
            }
            outputs.append(slot)
        }
        pinned.formUnion(outer.firstSlot..<slotTypes.count)
        return Body(
            inputs: inputs, outputs: outputs, types: outputs.map { slotTypes[$0] }, steps: steps,
            wiring: wiring, firstSlot: outer.firstSlot, constants: constants)
    }
}
