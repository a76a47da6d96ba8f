/// Operators with graphs inside.
extension OperatorTable {
    static let control: [String: Builder] = [
        "Loop": { (node) throws(LoadError) in try loop(node) },
        "If": { (node) throws(LoadError) in try choice(node) },
        "Scan": { (node) throws(LoadError) in try scan(node) },
    ]

    /// Output slots for what `types` says, of which those that nobody names exist too.
    private static func outputs(
        _ node: NodeBuilder, _ types: some Sequence<ElementType>
    ) throws(LoadError) -> [Int] {
        var slots: [Int] = []
        for (index, type) in types.enumerated() { slots.append(try node.output(index, type)) }
        return slots
    }

    /// Values that are carried keep their type.
    private static func check(
        _ node: NodeBuilder, _ carried: [Int], _ types: ArraySlice<ElementType>
    ) throws(LoadError) {
        guard types.count >= carried.count else {
            throw node.corrupt("its graph has \(types.count) outputs for \(carried.count) values")
        }
        for (slot, type) in zip(carried, types) where node.type(slot) != type {
            throw node.corrupt("a value is \(node.type(slot).label) before and \(type.label) after")
        }
        guard !types.dropFirst(carried.count).contains(.string) else {
            throw node.unsupported("a sequence of strings")
        }
    }

    private static func loop(_ node: NodeBuilder) throws(LoadError) {
        let turns = try node.optionalInput(0, [.int64])
        let condition = try node.optionalInput(1, [.bool])
        var initial: [Int] = []
        for index in 2..<max(node.inputCount, 2) { initial.append(try node.input(index)) }
        let body = try node.body("body", [.int64, .bool] + initial.map { node.type($0) })
        guard body.types.first == .bool else {
            throw node.corrupt("its graph's first output is no condition")
        }
        try check(node, initial, body.types.dropFirst())
        let outputs = try outputs(node, body.types.dropFirst())
        let step = LoopStep(node.place, turns, condition, initial, body, outputs, node.graph)
        node.add(
            step, [turns, condition].compactMap { $0 } + initial + body.captured,
            outputs + step.slots)
    }

    private static func choice(_ node: NodeBuilder) throws(LoadError) {
        let condition = try node.input(0, [.bool])
        let then = try node.body("then_branch", [])
        let otherwise = try node.body("else_branch", [])
        guard then.types == otherwise.types else {
            throw node.unsupported("branches whose outputs are of different types")
        }
        let outputs = try outputs(node, then.types)
        node.add(
            IfStep(node.place, condition, then, otherwise, outputs),
            [condition] + then.captured + otherwise.captured,
            outputs + then.filled + otherwise.filled)
    }

    private static func scan(_ node: NodeBuilder) throws(LoadError) {
        guard node.version >= 9 else { throw node.unsupported("Scan before version 9") }
        let inputs = try (0..<node.inputCount).map { (index) throws(LoadError) in
            try node.input(index)
        }
        guard let count = try node.int("num_scan_inputs"), count > 0, count <= inputs.count else {
            throw node.corrupt("num_scan_inputs does not fit \(inputs.count) inputs")
        }
        let initial = Array(inputs.dropLast(count))
        let scanned = Array(inputs.suffix(count))
        let axes = try node.ints("scan_input_axes") ?? Array(repeating: 0, count: count)
        let directions = try node.ints("scan_input_directions") ?? Array(repeating: 0, count: count)
        guard axes.count == count, directions.count == count else {
            throw node.corrupt("its axes or directions do not fit \(count) inputs")
        }
        for name in ["scan_output_axes", "scan_output_directions"]
        where try node.ints(name)?.contains(where: { $0 != 0 }) ?? false {
            throw node.unsupported("\(name) other than 0")
        }
        let body = try node.body("body", inputs.map { node.type($0) })
        try check(node, initial, body.types[...])
        let outputs = try outputs(node, body.types)
        let step = ScanStep(
            node.place, initial: initial, scanned: scanned, axes: axes,
            isReversed: directions.map { $0 != 0 }, body: body, outputs: outputs, node.graph)
        node.add(step, inputs + body.captured, outputs + step.slots)
    }
}
