/// Makes one ensemble of sums over many: skl2onnx writes an isolation forest of T trees as some 27 · T
/// nodes, each tree followed by look-ups and arithmetic on its leaf's number, and then their sum.
///
/// What a chain of such steps makes of one tree's answer is a function of the leaf. It is computed
/// here for all leaves of a tree, by the very steps that would compute it for rows, and becomes the
/// leaf's weight. Steps that nobody needs any more are then dropped.
struct ForestFusion {
    private let program: Program
    /// The step that fills each slot.
    private var producers: [Int: Int] = [:]
    /// For slots that are a function of one tree's leaf: the position of that tree's step.
    private var trees: [Int: Int] = [:]
    /// For slots that are sums of such functions: their slots, in the order of the additions.
    private var sums: [Int: [Int]] = [:]

    /// The program with its sums of trees fused; nil if it has none.
    static func apply(_ program: Program) -> Program? {
        guard program.treeSources.count > 1 else { return nil }
        var fusion = ForestFusion(program)
        fusion.trace()
        return fusion.fused()
    }

    private init(_ program: Program) { self.program = program }

    private mutating func trace() {
        for (position, wires) in program.wiring.enumerated() {
            for slot in wires.writes { producers[slot] = position }
            let step = program.steps[position]
            if let step = step as? TreesStep {
                if program.treeSources[step.output] != nil, step.start64.isEmpty {
                    trees[step.output] = position
                }
            } else if let tree = tree(of: step, wires) {
                for slot in wires.writes { trees[slot] = tree }
            } else if let step = step as? BinaryStep, step.kind == .add,
                let left = terms(step.a), let right = terms(step.b)
            {
                sums[step.output] = left + right
            }
        }
    }

    /// The tree whose leaf alone decides on what `step` gives.
    private func tree(of step: Step, _ wires: Wiring) -> Int? {
        guard step.worksElementByElement else { return nil }
        var found: Int?
        for slot in wires.reads where program.constants[slot] == nil {
            guard let tree = trees[slot], found == nil || found == tree else { return nil }
            found = tree
        }
        return found
    }

    private func terms(_ slot: Int) -> [Int]? { sums[slot] ?? (trees[slot] != nil ? [slot] : nil) }

    private func fused() -> Program? {
        var result = program
        var isChanged = false
        // The longest sums only: those that are part of another are not needed then.
        let parts = Set(
            sums.keys.flatMap { slot -> [Int] in
                guard let step = producers[slot].flatMap({ program.steps[$0] as? BinaryStep })
                else { return [] }
                return [step.a, step.b]
            })
        for (slot, terms) in sums.sorted(by: { $0.key < $1.key }) where !parts.contains(slot) {
            guard let position = producers[slot], let forest = ensemble(terms) else { continue }
            let narrowed = result.addSlot(result.slotTypes[forest.base])
            result.ensembles.append(forest.ensemble)
            result.steps[position] = TreesStep(
                program.steps[position].place, forest.ensemble, [], result.ensembles.count - 1,
                forest.base, narrowed, slot)
            result.wiring[position] = Wiring(reads: [forest.base], writes: [slot, narrowed])
            isChanged = true
        }
        return isChanged ? result.withoutUnusedSteps() : nil
    }

    /// One ensemble of all the trees, whose leaves' weights are what the slots make of them.
    private func ensemble(_ slots: [Int]) -> (ensemble: TreeEnsemble, base: Int)? {
        let positions = slots.compactMap { trees[$0] }
        guard Set(positions).count == slots.count else { return nil }
        let steps = positions.compactMap { program.steps[$0] as? TreesStep }
        let inputs = steps.compactMap { columns($0.input) }
        guard let first = inputs.first, inputs.count == slots.count,
            inputs.allSatisfy({ $0.base == first.base }),
            let precision = program.treeSources[steps[0].output]?.precision,
            program.slotTypes[first.base] == program.slotTypes[slots[0]]
        else { return nil }
        var sources: [TreeEnsembleBuilder] = []
        for (step, (_, columns)) in zip(steps, inputs) {
            guard let source = program.treeSources[step.output] else { return nil }
            sources.append(columns.isEmpty ? source : source.renumbered(columns))
        }
        let featureCount = sources.reduce(0) { max($0, $1.featureCount) }
        var builder = TreeEnsembleBuilder(
            featureCount: featureCount, targetCount: 1, precision: precision)
        let dependents = Dictionary(
            grouping: trees.compactMap { producers[$0.key] }, by: { tree(at: $0) })
        let values = program.makeValues(
            inputs: program.inputs.map { Tensor(type: $0.type) },
            outputs: program.outputs.map { Tensor(type: $0.type) })
        for (index, slot) in slots.enumerated() {
            let steps = (dependents[positions[index]] ?? []).sorted()
            guard
                let weights = weights(
                    sources[index], steps, from: positions[index], to: slot, values)
            else { return nil }
            builder.addTree(of: sources[index], weights: weights)
        }
        guard let ensemble = try? builder.compile() else { return nil }
        return (ensemble, first.base)
    }

    private func tree(at position: Int) -> Int {
        program.wiring[position].writes.compactMap { trees[$0] }.first ?? -1
    }

    /// The slot that a tree's input is made of by picking columns, and which; none for all.
    private func columns(_ slot: Int) -> (base: Int, columns: [Int])? {
        guard let position = producers[slot] else { return (slot, []) }
        guard let step = program.steps[position] as? PickStep,
            (step as? GatherStep).map({ $0.axis == 1 || $0.axis == -1 }) ?? true,
            let indices = program.constants[step.b], indices.shape.rank == 1
        else { return (slot, []) }
        return (step.a, (0..<indices.count).map { indices.index(at: $0) })
    }

    /// What the steps make of each leaf's answer; nil if they make it of anything else.
    private func weights(
        _ source: TreeEnsembleBuilder, _ positions: [Int], from tree: Int, to slot: Int,
        _ values: Values
    ) -> [Double]? {
        guard let step = program.steps[tree] as? TreesStep else { return nil }
        let leaves = source.leafAnswers
        let tensor = Tensor(type: program.slotTypes[step.output])
        tensor.reshape(TensorShape([leaves.count, 1]))
        if tensor.type == .float32 {
            tensor.withElements(of: Float.self) { _ = $0.update(from: leaves.map { Float($0) }) }
        } else {
            tensor.withElements(of: Double.self) { _ = $0.update(from: leaves) }
        }
        values[step.output] = tensor
        values.begin()
        do throws(InferenceError) {
            for position in positions where position != tree {
                try program.steps[position].run(values)
            }
        } catch {
            return nil
        }
        let result = values[slot]
        guard result.shape == tensor.shape else { return nil }
        return result.type == .float32
            ? result.withElements(of: Float.self) { $0.map { Double($0) } }
            : result.type == .float64 ? result.withElements(of: Double.self) { Array($0) } : nil
    }
}

extension TreeEnsembleBuilder {
    /// By leaf, in the nodes' order, what it answers.
    fileprivate var leafAnswers: [Double] {
        nodes.filter(\.isLeaf).map { node in
            var answer = 0.0
            forEachWeight(of: node) { answer += $0.weight }
            return answer
        }
    }

    /// The same trees on other columns; columns that are not there become ones that are refused.
    fileprivate func renumbered(_ columns: [Int]) -> TreeEnsembleBuilder {
        let count = (columns.max() ?? -1) + 1
        var result = TreeEnsembleBuilder(
            featureCount: max(count, 0), targetCount: targetCount, precision: precision,
            aggregate: aggregate)
        result.nodes = nodes.map { node in
            var node = node
            let feature = Int(node.feature)
            let column = columns.indices.contains(feature) ? columns[feature] : -1
            if !node.isLeaf { node.feature = Int32(clamping: column) }
            return node
        }
        result.treeStarts = treeStarts
        result.leafWeights = leafWeights
        result.categories = categories
        return result
    }

    /// Adds the only tree of `source`, with other answers in its leaves.
    fileprivate mutating func addTree(of source: TreeEnsembleBuilder, weights: [Double]) {
        beginTree()
        var leaf = 0
        for node in source.nodes {
            guard let test = node.test, test != .inCategories else {
                addLeaf(weight: weights[leaf], cover: node.cover)
                leaf += 1
                continue
            }
            addBranch(
                feature: Int(node.feature), test, node.threshold, ifTrue: Int(node.ifTrue),
                ifFalse: Int(node.ifFalse), missingIsTrue: node.missingIsTrue, cover: node.cover)
        }
    }
}

extension Step {
    /// Whether each element of its outputs depends on those at the same place of its inputs only, as
    /// far as these are not constants, and the place is kept or moves alike for all rows.
    fileprivate var worksElementByElement: Bool {
        switch self {
        case is CastStep, is LookupStep, is ReshapeStep, is CompareStep, is BinaryStep,
            is UnaryStep, is FunctionStep, is CopyStep, is LogicStep:
            true
        default: false
        }
    }
}
