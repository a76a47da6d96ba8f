/// A rule file, `rules.json`, ready to decide. ``RuleSet`` documents the format,
/// Expressions/Language/GRAMMAR.md the language.
///
/// Tensor view: one input [-1] for each of the file's (see ``InputColumn/spec``), all of one length;
/// outputs of that length: `score` FP64; `band` and `decision`, BYTES; `fired` and `unknown`, BYTES,
/// JSON arrays of rules' ids in the order of evaluation; `reasons`, BYTES, a JSON array with
/// `{"rule": …, "score": …, "code": …, "text": …}` for each fired rule that has a reason, and a last
/// one with "band" in the place of "rule" if the band has one; and `fired_mask`, BOOL [-1, R], a
/// column for each rule in the file's order.
///
/// Row view, when all texts have their `values` in the file or are categories in the signature: the
/// score, in the link identity. A fired rule's part in it is shared evenly among the features that
/// its condition and score depend on; the base value is the base score, the parts of rules that
/// depend on no feature, and the sums' rounding, so that all adds up exactly.
public final class RulesArtifact: Artifact, @unchecked Sendable {
    let rules: CompiledRules
    private let columns: [InputColumn]
    private let texts: RuleTexts
    private let match: RowInputs

    /// - Throws: `corrupt`, `unsupported` or `limit` for the file, `signature` when the source's
    ///   signature does not fit it.
    public init(_ source: ArtifactSource) throws(LoadError) {
        do {
            let set = try RuleSetReader.read(source.bytes)
            rules = try RuleCompiler.compile(set)
            try RuleTestRunner.run(set.tests, rules)
            match = try RowInputs(source.signature, rules.inputs)
        } catch {
            throw LoadError(error.reason, "\(source.fileName): \(error.message)")
        }
        columns = zip(rules.inputs, rules.registers).map { InputColumn($0, register: $1) }
        texts = RuleTexts(rules)
        super.init(
            flavor: .rules, inputs: columns.map(\.spec),
            outputs: [
                TensorSpec(name: "score", type: .float64, shape: [-1]),
                TensorSpec(name: "band", type: .string, shape: [-1]),
                TensorSpec(name: "decision", type: .string, shape: [-1]),
                TensorSpec(name: "fired", type: .string, shape: [-1]),
                TensorSpec(name: "unknown", type: .string, shape: [-1]),
                TensorSpec(name: "reasons", type: .string, shape: [-1]),
                TensorSpec(name: "fired_mask", type: .bool, shape: [-1, rules.rules.count]),
            ], signature: match.signature, memoryBytes: rules.memoryBytes + texts.memoryBytes)
    }

    override public var warnings: [String] { rules.warnings }

    override public func makeWorkspace() -> Workspace {
        RulesWorkspace(self, ExpressionMemory(rules.program, ruleCount: rules.rules.count))
    }

    override public func run(_ workspace: Workspace) throws(InferenceError) {
        let workspace = Self.own(workspace)
        let rowCount = try InputColumn.rowCount(columns, workspace.inputs)
        let ruleCount = rules.rules.count
        let maskBytes = rowCount.multipliedReportingOverflow(by: ruleCount)
        guard !maskBytes.overflow, maskBytes.partialValue <= RuleLimits.maskBytesMax else {
            throw InferenceError(.limit, "\(rowCount) rows are too many for \(ruleCount) rules")
        }
        for output in workspace.outputs.dropLast() { output.reshape(TensorShape([rowCount])) }
        let mask = workspace.outputs[6]
        mask.reshape(TensorShape([rowCount, ruleCount]))
        mask.withMutableBytes { _ = $0.initializeMemory(as: UInt8.self, repeating: 0) }
        let memory = workspace.memory
        for row in 0..<rowCount {
            memory.beginRow()
            for (index, column) in columns.enumerated() {
                try column.load(workspace.inputs[index], row: row, memory)
            }
            let answer = rules.answer(memory)
            guard !memory.arena.isFull else {
                throw InferenceError(.limit, "row \(row): its texts are too long")
            }
            texts.write(answer, row: row, workspace)
        }
    }

    override public var scoresRows: Bool { match.covers }

    override public func score(_ workspace: Workspace) throws(InferenceError) -> Double {
        try answerRow(Self.own(workspace)).score
    }

    private func answerRow(_ workspace: RulesWorkspace) throws(InferenceError) -> RuleAnswer {
        guard match.covers else {
            throw InferenceError(
                .unsupported, "these rules take texts that are no categories of the signature")
        }
        let memory = workspace.memory
        memory.beginRow()
        for (index, column) in columns.enumerated() {
            let value = workspace.row[match.features[index]]
            try match.load(value, of: index, column, memory)
        }
        return rules.answer(memory)
    }

    override public var explainsRows: Bool { match.covers }

    override public var explanationRefusal: String? {
        match.missing.map { "its input '\($0)' is a text without \"values\"" }
    }

    override public func explain(_ workspace: Workspace) throws(InferenceError) -> Double {
        let workspace = Self.own(workspace)
        let answer = try answerRow(workspace)
        for index in workspace.contributions.indices { workspace.contributions[index] = 0 }
        let memory = workspace.memory
        for index in 0..<memory.firedCount {
            let part: Double
            switch rules.policy {
            case .sum: part = memory.firedScores[index]
            case .firstMatch: part = answer.score - answer.base
            case .max:
                // The first of those that gave the score.
                guard answer.score > answer.base, memory.firedScores[index] == answer.score else {
                    continue
                }
                part = answer.score - answer.base
            }
            let inputs = rules.rules[Int(memory.fired[index])].inputs
            for input in inputs {
                workspace.contributions[match.features[input]] += part / Double(inputs.count)
            }
            if rules.policy == .max { break }
        }
        var rest = answer.score
        for contribution in workspace.contributions { rest -= contribution }
        workspace.baseValue = rest
        return answer.score
    }

    private static func own(_ workspace: Workspace) -> RulesWorkspace {
        guard let workspace = workspace as? RulesWorkspace else {
            preconditionFailure("the workspace was made by another artifact")
        }
        return workspace
    }
}

/// One thread's memory for a ``RulesArtifact``.
final class RulesWorkspace: Workspace {
    let memory: ExpressionMemory
    /// A JSON text in the making.
    var text: [UInt8] = []

    init(_ artifact: Artifact, _ memory: ExpressionMemory) {
        self.memory = memory
        super.init(artifact)
    }
}
