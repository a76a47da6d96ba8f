/// Hands a pipeline's score down to its features, through steps that are linear in their members'
/// scores, that choose one, or that are functions of one.
///
/// A member's score comes with contributions of its features. A weighted sum of scores has the
/// weighted sum of their contributions: exactly. A maximum has those of the greater one. A function of
/// one score (a probability, a calibration) hands on the change that it makes of it, in the same
/// proportions (the rescale rule, see ``LinearNode``). A feature that is another step's value hands
/// its contribution on to what that step is made of. An input that stands in an expression itself
/// contributes its value times its weight. The base value is the rest, so that all adds up exactly.
///
/// When the file names a step in `score.explain`, the contributions are those of that step's value,
/// and the base value is what is between them and the score.
struct PipelineExplanation: Sendable {
    private struct Link: Sendable {
        /// The value that a step gives.
        var value: Int
        var step: PipelineStep
        /// Expressions: what is handed down.
        var node: LinearNode?
        /// Members: whether no other step asks the same one, so that it still knows what it said.
        var isAlone = false
    }

    /// The steps that the start depends on, in order.
    private let links: [Link]
    private let start: Int
    private let inputCount: Int

    /// Why a score cannot be handed down: "step 'total' …".
    struct Obstacle: Error {
        let description: String

        init(_ value: PipelineValue, _ why: String) { description = "step '\(value.name)' \(why)" }
    }

    /// - Parameter values: the pipeline's, for their names.
    /// - Throws: when something on the way cannot be handed down.
    init(
        of start: Int, steps: [PipelineStep], members: [Artifact], values: [PipelineValue],
        inputCount: Int
    ) throws(Obstacle) {
        self.start = start
        self.inputCount = inputCount
        var askedBy = Array(repeating: 0, count: members.count)
        for step in steps {
            switch step {
            case .row(let call): askedBy[call.member] += 1
            case .tensors(let call): askedBy[call.member] += 1
            case .expression, .map: continue
            }
        }
        var needed: Set<Int> = [start]
        var links: [Link] = []
        for step in steps.reversed() {
            switch step {
            case .row(let call) where needed.contains(call.value):
                guard members[call.member].explainsRows else {
                    throw Obstacle(values[call.value], "is of a member that explains no rows")
                }
                needed.formUnion(call.bindings.map(\.value))
                links.append(
                    Link(value: call.value, step: step, isAlone: askedBy[call.member] == 1))
            case .expression(let expression) where needed.contains(expression.value):
                let registers = Dictionary(
                    expression.inputs.filter { !$0.isText }.map { ($0.register, $0.value) },
                    uniquingKeysWith: { first, _ in first })
                guard !expression.isText, let node = LinearNode(expression.node, registers) else {
                    throw Obstacle(
                        values[expression.value],
                        "multiplies, divides or chooses by what depends on the row; \"explain\" in "
                            + "the file's \"score\" can name a step that stands for it")
                }
                needed.formUnion(node.values)
                links.append(Link(value: expression.value, step: step, node: node))
            case .map(let map) where needed.contains(map.value):
                needed.insert(map.source)
                links.append(Link(value: map.value, step: step))
            case .tensors(let call)
            where call.outputs.contains(where: { needed.contains($0.value) }):
                let taken = call.outputs.first { needed.contains($0.value) }
                throw Obstacle(
                    values[taken?.value ?? start],
                    "is an output of a member, which contributions are not of: \"take\" the "
                        + "member's score or response")
            default: continue
            }
        }
        self.links = links.reversed()
    }

    /// Fills the workspace's contributions and base value for the row that has just been computed.
    func explain(
        _ score: Double, _ artifact: PipelineArtifact, _ workspace: PipelineWorkspace
    ) throws(InferenceError) {
        for index in workspace.weights.indices {
            workspace.weights[index] = 0
            workspace.bases[index] = 0
        }
        for index in workspace.contributions.indices { workspace.contributions[index] = 0 }
        for link in links {
            switch link.step {
            case .row(let call):
                workspace.scores[link.value] = try explain(call, artifact, workspace)
                let base = workspace.members[call.member].baseValue
                workspace.bases[link.value] =
                    call.takesResponse
                    ? artifact.plan.members[call.member].link.response(base) : base
            case .expression:
                workspace.bases[link.value] = link.node?.evaluate(workspace).base ?? 0
            case .map(let map):
                workspace.bases[link.value] = map.map(workspace.bases[map.source])
            case .tensors: continue
            }
        }
        workspace.weights[start] = 1
        for link in links.reversed() {
            let weight = workspace.weights[link.value]
            guard weight != 0 else { continue }
            switch link.step {
            case .row(let call):
                if !link.isAlone { _ = try explain(call, artifact, workspace) }
                handDown(weight, call, artifact, workspace)
            case .expression: link.node?.distribute(weight, workspace)
            case .map(let map):
                workspace.weights[map.source] +=
                    weight * slope(of: link.value, over: map.source, workspace)
            case .tensors: continue
            }
        }
        finish(score, artifact, workspace)
    }

    private func finish(
        _ score: Double, _ artifact: PipelineArtifact, _ workspace: PipelineWorkspace
    ) {
        for input in 0..<inputCount {
            let weight = workspace.weights[input]
            guard weight != 0 else { continue }
            let value = Self.value(input, workspace)
            guard !value.isNaN else { continue }
            workspace.contributions[artifact.plan.rowInputs.features[input]] += weight * value
        }
        var rest = score
        for contribution in workspace.contributions { rest -= contribution }
        workspace.baseValue = rest
    }

    private static func value(_ place: Int, _ workspace: PipelineWorkspace) -> Double {
        workspace.values[place].withElements(of: Double.self) { $0[0] }
    }

    private func slope(of value: Int, over source: Int, _ workspace: PipelineWorkspace) -> Double {
        ScalarFunction.slope(
            from: workspace.bases[source], to: Self.value(source, workspace),
            workspace.bases[value], Self.value(value, workspace))
    }

    /// Lets the member explain the row; its score.
    private func explain(
        _ call: RowCall, _ artifact: PipelineArtifact, _ workspace: PipelineWorkspace
    ) throws(InferenceError) -> Double {
        let memory = workspace.members[call.member]
        try call.fill(memory, row: 0, workspace, artifact)
        do { return try artifact.plan.members[call.member].explain(memory) } catch {
            throw artifact.error(error, call.member, nil)
        }
    }

    /// - Parameter call: whose member has just explained the row.
    private func handDown(
        _ weight: Double, _ call: RowCall, _ artifact: PipelineArtifact,
        _ workspace: PipelineWorkspace
    ) {
        let score = workspace.scores[call.value]
        let memory = workspace.members[call.member]
        var weight = weight
        if call.takesResponse {
            let link = artifact.plan.members[call.member].link
            weight *= ScalarFunction.slope(
                from: memory.baseValue, to: score, link.response(memory.baseValue),
                link.response(score))
        }
        for feature in call.bindings.indices {
            let contribution = weight * memory.contributions[feature]
            let source = call.bindings[feature].value
            if source < inputCount {
                workspace.contributions[artifact.plan.rowInputs.features[source]] += contribution
                continue
            }
            let change = Self.value(source, workspace) - workspace.bases[source]
            let share = contribution / change
            if share.isFinite { workspace.weights[source] += share }
        }
    }
}
