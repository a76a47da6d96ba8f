extension Program {
    /// The same function in fewer steps and less memory. What the outputs' links are computed from
    /// stays, so that rows can be scored.
    func optimized() -> Program {
        let forests = ForestFusion.apply(self) ?? self
        return (TextFusion.apply(forests) ?? forests).inFewerSteps()
    }

    private func inFewerSteps() -> Program {
        let kept = Set(outputSlots + outputSlots.compactMap { links[$0]?.raw })
        let fused = Fusion(steps, wiring, kept: kept, constants).result
        var counts: [Int: Int] = [:]
        for (position, wires) in fused.wiring.enumerated() {
            for slot in wires.writes { counts[slot] = position + 1 }
        }
        let used = Set(fused.wiring.flatMap(\.reads)).union(kept)
        var program = Program(
            slotTypes: slotTypes, constants: constants.filter { used.contains($0.key) },
            steps: fused.steps, wiring: fused.wiring, pinned: pinned, inputSlots: inputSlots,
            outputSlots: outputSlots, inputs: inputs, outputs: outputs, classLabels: classLabels,
            links: links, ensembles: ensembles, stepCounts: counts)
        program.shared = Sharing(program, kept: kept.union(inputSlots)).owners
        return program
    }
}

/// Which slots may share a tensor: those of one type whose lives do not overlap. A slot lives from
/// the step that fills it to the last one that reads it.
struct Sharing {
    /// Slots that use another's tensor, by the slot whose tensor it is.
    private(set) var owners: [Int: Int] = [:]

    /// - Parameter kept: slots with tensors of their own.
    init(_ program: Program, kept: Set<Int>) {
        var last: [Int: Int] = [:]
        for (position, wires) in program.wiring.enumerated() {
            for slot in wires.reads + wires.writes { last[slot] = position }
        }
        var ending: [[Int]] = Array(repeating: [], count: program.steps.count)
        var free: [ElementType: [Int]] = [:]
        for (position, wires) in program.wiring.enumerated() {
            for slot in wires.writes
            where program.constants[slot] == nil && !kept.contains(slot)
                && !program.pinned.contains(slot)
            {
                let type = program.slotTypes[slot]
                let owner = free[type]?.popLast() ?? slot
                if owner != slot { owners[slot] = owner }
                ending[last[slot] ?? position].append(owner)
            }
            // Free for the steps after this one.
            for owner in ending[position] {
                free[program.slotTypes[owner], default: []].append(owner)
            }
        }
    }
}
