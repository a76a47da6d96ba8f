/// From a ``PipelineFile`` and its members to steps: finds the names, checks the types.
struct PipelineCompiler {
    let file: PipelineFile
    let members: [Artifact]
    private(set) var values: [PipelineValue] = []
    private(set) var steps: [PipelineStep] = []
    private(set) var programs: [ExpressionProgram] = []
    private(set) var outputs: [Int] = []
    private(set) var score: Int?
    private(set) var explanation: PipelineExplanation?
    /// Why there is no ``explanation``.
    private(set) var explanationRefusal = "the file names no \"score\""
    private var places: [String: Int] = [:]
    private var memberPlaces: [String: Int] = [:]

    /// - Parameter artifacts: by the members' names.
    private init(_ file: PipelineFile, _ artifacts: [String: Artifact]) throws(LoadError) {
        self.file = file
        var members: [Artifact] = []
        for (index, member) in file.members.enumerated() {
            guard let artifact = artifacts[member.name] else {
                throw LoadError(
                    .corrupt,
                    "members.\(member.name): \(member.model) version \(member.version) "
                        + "is not at hand")
            }
            members.append(artifact)
            memberPlaces[member.name] = index
        }
        self.members = members
    }

    /// - Parameter rowInputs: what a row of the file's inputs is.
    static func compile(
        _ file: PipelineFile, _ artifacts: [String: Artifact], rowInputs: RowInputs
    ) throws(LoadError) -> PipelinePlan {
        var compiler = try PipelineCompiler(file, artifacts)
        try compiler.compile()
        return PipelinePlan(compiler, rowInputs: rowInputs)
    }

    private mutating func compile() throws(LoadError) {
        guard !file.inputs.isEmpty else {
            throw LoadError(.corrupt, "inputs: expected at least one")
        }
        for (index, input) in file.inputs.enumerated() {
            _ = try add(input.name, input.type, "inputs[\(index)]")
        }
        for step in file.steps { try compile(step) }
        guard !file.outputs.isEmpty else {
            throw LoadError(.corrupt, "outputs: expected at least one")
        }
        var names: Set<String> = []
        for output in file.outputs {
            guard names.insert(output.name).inserted else {
                throw LoadError(.corrupt, "\(output.path): '\(output.name)' appears twice")
            }
            outputs.append(try place(of: output.value, output.path))
        }
        if let wanted = file.score { try compile(wanted) }
    }

    private mutating func compile(_ wanted: PipelineFile.Score) throws(LoadError) {
        let place = try number(wanted.value, "score.value")
        score = place
        var start = place
        if let name = wanted.explain { start = try self.place(of: name, "score.explain") }
        do throws(PipelineExplanation.Obstacle) {
            explanation = try PipelineExplanation(
                of: start, steps: steps, members: members, values: values,
                inputCount: file.inputs.count)
        } catch {
            explanationRefusal = error.description
            guard let name = wanted.explain else { return }
            throw LoadError(
                .corrupt, "score.explain: '\(name)' cannot be explained: \(error.description)")
        }
    }

    // MARK: Values

    private mutating func add(
        _ name: String, _ type: ValueType, _ path: String
    ) throws(LoadError) -> Int {
        guard places[name] == nil else {
            throw LoadError(.corrupt, "\(path): there is a value '\(name)' already")
        }
        guard values.count < PipelineLimits.valuesMax else {
            throw LoadError(.limit, "\(path): more than \(PipelineLimits.valuesMax) values")
        }
        places[name] = values.count
        values.append(PipelineValue(name: name, type: type))
        return values.count - 1
    }

    private func place(of name: String, _ path: String) throws(LoadError) -> Int {
        guard let place = places[name] else {
            throw LoadError(
                .corrupt,
                "\(path): no input and no step before it gives '\(name.prefix(64))'"
                    + Suggestion.text(for: name, among: places.keys))
        }
        return place
    }

    private func number(_ name: String, _ path: String) throws(LoadError) -> Int {
        let place = try place(of: name, path)
        guard values[place].type.isNumeric else {
            throw LoadError(
                .corrupt,
                "\(path): '\(name)' is \(values[place].type.withArticle), expected a number")
        }
        return place
    }

    private func member(_ name: String, _ path: String) throws(LoadError) -> Int {
        guard let place = memberPlaces[name] else {
            throw LoadError(
                .corrupt,
                "\(path).member: there is no member '\(name.prefix(64))'"
                    + Suggestion.text(for: name, among: memberPlaces.keys))
        }
        return place
    }

    // MARK: Steps

    private mutating func compile(_ step: PipelineFile.Step) throws(LoadError) {
        switch step.action {
        case .row(let name, let taking, let features):
            let member = try member(name, step.path)
            let bindings = try bind(member, features, step.path)
            let value = try add(step.name, .number, step.path)
            steps.append(
                .row(
                    RowCall(
                        member: member, bindings: bindings, takesResponse: taking == .response,
                        value: value)))
        case .tensors(let name, let inputs, let taken):
            try compileCall(try member(name, step.path), inputs, taken, step.path)
        case .expression(let text): try compileExpression(text, step)
        case .platt(let source, let slope, let intercept):
            let source = try number(source, "\(step.path).of")
            let value = try add(step.name, .number, step.path)
            let curve = MapStep.Curve.platt(slope: slope, intercept: intercept)
            steps.append(.map(MapStep(curve: curve, source: source, value: value)))
        case .isotonic(let source, let x, let y):
            let source = try number(source, "\(step.path).of")
            guard let map = PiecewiseLinearMap(x: x, y: y) else {
                throw LoadError(.corrupt, "\(step.path).calibration: no knots of a map")
            }
            let value = try add(step.name, .number, step.path)
            steps.append(.map(MapStep(curve: .knots(map), source: source, value: value)))
        }
    }

    private func bind(
        _ member: Int, _ features: [(feature: String, value: String)], _ path: String
    ) throws(LoadError) -> [RowCall.Binding] {
        let artifact = members[member]
        guard artifact.scoresRows else {
            throw LoadError(
                .signature,
                "\(path): the member, a \(artifact.flavor.rawValue), does not score rows: take its "
                    + "'outputs'")
        }
        var named: [String: String] = [:]
        for (feature, value) in features { named[feature] = value }
        var bindings: [RowCall.Binding] = []
        for feature in artifact.signature.features {
            let name = named.removeValue(forKey: feature.name) ?? feature.name
            let place = try place(of: name, "\(path).features.\(feature.name)")
            let isText = values[place].type == .text
            guard !isText || feature.kind == .category else {
                throw LoadError(
                    .signature,
                    "\(path).features.\(feature.name): '\(name)' is a text, the member takes "
                        + "a \(feature.kind.rawValue)")
            }
            bindings.append(
                RowCall.Binding(
                    value: place,
                    categories: isText
                        ? TextIndex(feature.categories.map { Array($0.utf8) }) : nil))
        }
        if let unknown = named.keys.sorted().first {
            throw LoadError(
                .signature,
                "\(path).features: the member has no feature '\(unknown)'"
                    + Suggestion.text(
                        for: unknown, among: artifact.signature.features.map(\.name)))
        }
        return bindings
    }

    private mutating func compileCall(
        _ member: Int, _ inputs: [(tensor: String, values: [String])],
        _ taken: [PipelineFile.Taken], _ path: String
    ) throws(LoadError) {
        let artifact = members[member]
        var named: [String: [String]] = [:]
        for (tensor, values) in inputs { named[tensor] = values }
        var bound: [TensorCall.Input] = []
        for spec in artifact.inputs {
            bound.append(try bind(spec, named.removeValue(forKey: spec.name), path))
        }
        if let unknown = named.keys.sorted().first {
            throw LoadError(
                .signature,
                "\(path).inputs: the member has no input '\(unknown)'"
                    + Suggestion.text(for: unknown, among: artifact.inputs.map(\.name)))
        }
        var outputs: [TensorCall.Output] = []
        for output in taken {
            let place = "\(path).outputs.\(output.value)"
            guard let tensor = artifact.outputs.firstIndex(where: { $0.name == output.tensor })
            else {
                throw LoadError(
                    .signature,
                    "\(place): the member has no output '\(output.tensor)'"
                        + Suggestion.text(
                            for: output.tensor, among: artifact.outputs.map(\.name)))
            }
            let spec = artifact.outputs[tensor]
            let width = spec.shape.count == 1 ? 1 : spec.shape.count == 2 ? spec.shape[1] : 0
            guard spec.type == .string || TensorColumn.isSupported(spec.type),
                width < 0 || output.column < width
            else {
                throw LoadError(
                    .signature,
                    "\(place): '\(output.tensor)' is \(spec.type.protocolName) \(spec.shape), of "
                        + "which column \(output.column) cannot be taken")
            }
            let value = try add(output.value, TensorColumn.valueType(spec.type), place)
            outputs.append(.init(tensor: tensor, column: output.column, value: value))
        }
        steps.append(.tensors(TensorCall(member: member, inputs: bound, outputs: outputs)))
    }

    /// Which values an input tensor of a member is made of; without names, the one of its own.
    private func bind(
        _ spec: TensorSpec, _ names: [String]?, _ path: String
    ) throws(LoadError) -> TensorCall.Input {
        let path = "\(path).inputs.\(spec.name)"
        let extents = Array(spec.shape.dropFirst())
        guard let names else {
            if let place = places[spec.name], spec.shape.count == 1 {
                return try bind([place], spec, [], path)
            }
            guard spec.isOptional else {
                throw LoadError(
                    .signature,
                    "\(path): the member needs it: \(spec.type.protocolName) \(spec.shape)")
            }
            return .init(values: [], extents: [])
        }
        guard spec.shape.count >= 1, spec.shape.count <= TensorShape.rankMax, spec.shape[0] <= 1
        else {
            throw LoadError(
                .signature, "\(path): has the shape \(spec.shape), whose first extent is no batch")
        }
        var known = 1
        for extent in extents where extent >= 0 {
            let (product, overflow) = known.multipliedReportingOverflow(by: extent)
            guard !overflow else { throw LoadError(.signature, "\(path): is too large") }
            known = product
        }
        let open = extents.filter { $0 < 0 }.count
        guard !names.isEmpty, known > 0,
            open == 0 ? known == names.count : open == 1 && names.count % known == 0
        else {
            throw LoadError(
                .signature,
                "\(path): \(names.count) values do not make a row of the shape \(spec.shape)")
        }
        var placed: [Int] = []
        for name in names { placed.append(try place(of: name, path)) }
        return try bind(placed, spec, extents.map { $0 < 0 ? names.count / known : $0 }, path)
    }

    private func bind(
        _ places: [Int], _ spec: TensorSpec, _ extents: [Int], _ path: String
    ) throws(LoadError) -> TensorCall.Input {
        guard spec.type == .string || TensorColumn.isSupported(spec.type) else {
            throw LoadError(.unsupported, "\(path): is \(spec.type.protocolName)")
        }
        for place in places where (values[place].type == .text) != (spec.type == .string) {
            throw LoadError(
                .signature,
                "\(path): '\(values[place].name)' is \(values[place].type.withArticle), the member "
                    + "takes \(spec.type.protocolName)")
        }
        return .init(values: places, extents: extents)
    }

    private mutating func compileExpression(
        _ text: String, _ step: PipelineFile.Step
    ) throws(LoadError) {
        let path = "\(step.path).expression"
        var builder = ProgramBuilder()
        var inputs: [ExpressionStep.Input] = []
        let node: TypedNode
        do throws(ExpressionError) {
            let parsed = try ExpressionParser.parse(text)
            // All names, so that a misspelt one finds its neighbour; what is not used costs nothing
            // but a register.
            let used = parsed.names
            for (place, value) in values.enumerated() {
                guard let register = builder.addInput(value.name, value.type) else { continue }
                guard used.contains(value.name) else { continue }
                inputs.append(.init(value: place, register: register, isText: value.type == .text))
            }
            node = try builder.check(parsed, text)
        } catch { throw LoadError(error.isLimit ? .limit : .corrupt, "\(path): \(error)") }
        // No name of a file holds a control.
        guard builder.define("\u{1}result", node),
            let result = builder.scope.values["\u{1}result"]?.register,
            let program = builder.finish()
        else { throw LoadError(.limit, "\(path): takes more memory than the engine gives") }
        let value = try add(step.name, node.type, step.path)
        steps.append(
            .expression(
                ExpressionStep(
                    program: program, inputs: inputs, result: result, isText: node.type == .text,
                    node: node, memory: programs.count, value: value)))
        programs.append(program)
    }
}
