/// From `pipeline.json` to a ``PipelineFile``, one function a part.
enum PipelineReader {
    static func root(_ bytes: [UInt8]) throws(LoadError) -> ModelField {
        let value: JSONValue
        do { value = try JSONParser.parse(bytes) } catch {
            throw LoadError(.corrupt, "not JSON: \(error)")
        }
        let root = ModelField(path: "", value: value)
        try root.checkFormat("vigie-pipeline")
        return root
    }

    static func read(_ bytes: [UInt8]) throws(LoadError) -> PipelineFile {
        let root = try root(bytes)
        try root.checkKeys([
            "format", "formatVersion", "description", "inputs", "members", "steps", "outputs",
            "score",
        ])
        var file = PipelineFile(
            inputs: [], members: try PipelineMember.list(in: bytes), steps: [], outputs: [],
            score: try root.optional("score").map(readScore))
        for field in try root["inputs"].elements(max: PipelineLimits.valuesMax) {
            file.inputs.append(try InputReader.read(field))
        }
        for field in try root["steps"].elements(max: PipelineLimits.stepsMax) {
            file.steps.append(try readStep(field))
        }
        for field in try root["outputs"].elements(max: PipelineLimits.outputsMax) {
            try field.checkKeys(["name", "value"])
            let name = try field["name"].text(bytesMax: RuleLimits.nameBytesMax)
            try field.checkName(name)
            file.outputs.append(
                .init(
                    path: field.path, name: name,
                    value: try field.optional("value")?.string ?? name))
        }
        return file
    }

    private static func readScore(_ field: ModelField) throws(LoadError) -> PipelineFile.Score {
        try field.checkKeys(["value", "link", "explain"])
        var link = ScoreLink.identity
        if let name = try field.optional("link") {
            let text = try name.string
            guard let known = ScoreLink.allCases.first(where: { "\($0)" == text }) else {
                let all = ScoreLink.allCases.map { "'\($0)'" }.joined(separator: ", ")
                throw name.fail("'\(text.prefix(48))' is none of \(all)")
            }
            link = known
        }
        return PipelineFile.Score(
            value: try field["value"].string, link: link,
            explain: try field.optional("explain")?.string)
    }

    private static func readStep(_ field: ModelField) throws(LoadError) -> PipelineFile.Step {
        var step = PipelineFile.Step(path: field.path, name: "", action: .expression(""))
        if try field.optional("outputs") == nil {
            let name = try field["name"]
            step.name = try name.text(bytesMax: RuleLimits.nameBytesMax)
            try name.checkName(step.name)
        }
        if let expression = try field.optional("expression") {
            try field.checkKeys(["name", "expression"])
            step.action = .expression(try expression.string)
        } else if let calibration = try field.optional("calibration") {
            try field.checkKeys(["name", "calibration", "of"])
            step.action = try readCalibration(calibration, of: try field["of"].string)
        } else if let member = try field.optional("member") {
            step.action = try readCall(field, member: try member.string)
        } else {
            throw field.fail("expected 'member', 'expression' or 'calibration'")
        }
        return step
    }

    private static func readCall(
        _ field: ModelField, member: String
    ) throws(LoadError) -> PipelineFile.Action {
        guard let outputs = try field.optional("outputs") else {
            try field.checkKeys(["name", "member", "take", "features"])
            var features: [(feature: String, value: String)] = []
            if let bound = try field.optional("features") {
                for (feature, value) in try bound.members(max: PipelineLimits.valuesMax) {
                    features.append((feature, try value.string))
                }
            }
            return .row(
                member: member,
                try field.optional("take")?.choice(PipelineFile.Taking.self) ?? .score,
                features: features)
        }
        try field.checkKeys(["member", "inputs", "outputs"])
        var inputs: [(tensor: String, values: [String])] = []
        if let bound = try field.optional("inputs") {
            for (tensor, values) in try bound.members(max: PipelineLimits.valuesMax) {
                if let one = values.value.string {
                    inputs.append((tensor, [one]))
                } else {
                    let list = try values.elements(max: PipelineLimits.valuesMax)
                    var names: [String] = []
                    for value in list { names.append(try value.string) }
                    inputs.append((tensor, names))
                }
            }
        }
        var taken: [PipelineFile.Taken] = []
        for (value, source) in try outputs.members(max: PipelineLimits.valuesMax) {
            try source.checkName(value)
            if let tensor = source.value.string {
                taken.append(.init(value: value, tensor: tensor, column: 0))
                continue
            }
            try source.checkKeys(["tensor", "column"])
            let column = try source.optional("column")?.integer ?? 0
            guard column >= 0 else { throw source.fail("'column' is 0 or more") }
            taken.append(
                .init(value: value, tensor: try source["tensor"].string, column: column))
        }
        guard !taken.isEmpty else { throw outputs.fail("expected at least one") }
        return .tensors(member: member, inputs: inputs, outputs: taken)
    }

    private static func readCalibration(
        _ field: ModelField, of value: String
    ) throws(LoadError) -> PipelineFile.Action {
        switch try field["method"].string {
        case "platt":
            try field.checkKeys(["method", "slope", "intercept"])
            return .platt(
                of: value, slope: try field["slope"].double,
                intercept: try field["intercept"].double)
        case "isotonic":
            try field.checkKeys(["method", "x", "y"])
            let x = try field["x"].numbers()
            let y = try field["y"].numbers(count: x.count)
            guard !x.isEmpty, x.count <= PipelineLimits.knotsMax,
                x.allSatisfy(\.isFinite), y.allSatisfy(\.isFinite),
                zip(x, x.dropFirst()).allSatisfy({ $0 <= $1 }),
                zip(y, y.dropFirst()).allSatisfy({ $0 <= $1 })
            else {
                throw field.fail(
                    "'x' and 'y' are finite, do not descend, and have 1 to "
                        + "\(PipelineLimits.knotsMax) elements")
            }
            return .isotonic(of: value, x: x, y: y)
        default: throw field.fail("'method' is 'platt' or 'isotonic'")
        }
    }
}
