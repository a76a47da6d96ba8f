extension Program {
    /// The program without steps whose results nobody reads, and without their trees.
    func withoutUnusedSteps() -> Program {
        var needed = Set(outputSlots + outputSlots.compactMap { links[$0]?.raw })
        var kept: [Int] = []
        for position in steps.indices.reversed()
        where wiring[position].writes.contains(where: needed.contains) {
            needed.formUnion(wiring[position].reads)
            kept.append(position)
        }
        kept.reverse()
        var result = self
        result.steps = kept.map { steps[$0] }
        result.wiring = kept.map { wiring[$0] }
        // Trees inside the bodies of loops keep their numbers.
        if pinned.isEmpty { result.renumberEnsembles() }
        return result
    }

    private mutating func renumberEnsembles() {
        ensembles = []
        for position in steps.indices {
            guard let step = steps[position] as? TreesStep else { continue }
            ensembles.append(step.ensemble)
            steps[position] = step.moved(toScratch: ensembles.count - 1)
        }
    }

    /// A new slot.
    mutating func addSlot(_ type: ElementType) -> Int {
        slotTypes.append(type)
        return slotTypes.count - 1
    }
}
