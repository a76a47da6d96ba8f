/// The JSON and other texts of a rule file's answers, made once.
struct RuleTexts: Sendable {
    /// `"id"`, for each rule.
    private let ids: [[UInt8]]
    /// `{"rule":"id","score":`, for each rule with a reason; else empty.
    private let reasonHeads: [[UInt8]]
    /// The score as text, for each rule with a fixed one; else empty.
    private let scores: [[UInt8]]
    /// `,"code":"…","text":"…"}`, for each rule with a reason; else empty.
    private let reasonTails: [[UInt8]]
    /// For each band with a reason, and the default last.
    private let bandReasons: [[UInt8]]
    private let bandNames: [[UInt8]]
    private let bandDecisions: [[UInt8]]
    private let ruleDecisions: [[UInt8]]

    init(_ rules: CompiledRules) {
        ids = rules.rules.map { Self.quoted($0.id) }
        reasonHeads = rules.rules.map {
            $0.reason == nil ? [] : Array("{\"rule\":\"\($0.id)\",\"score\":".utf8)
        }
        scores = rules.rules.map { $0.score.isNaN ? [] : Array(JSONWriter.number($0.score).utf8) }
        reasonTails = rules.rules.map { $0.reason.map(Self.tail) ?? [] }
        let bands = rules.bands + [rules.fallback]
        bandReasons = bands.map { band in
            band.reason.map { Array("{\"band\":".utf8) + Self.quoted(band.name) + Self.tail($0) }
                ?? []
        }
        bandNames = bands.map { Array($0.name.utf8) }
        bandDecisions = bands.map { Array($0.decision.utf8) }
        ruleDecisions = rules.rules.map { Array(($0.decision ?? "").utf8) }
    }

    /// Bytes that it occupies.
    var memoryBytes: Int {
        [
            ids, reasonHeads, scores, reasonTails, bandReasons, bandNames, bandDecisions,
            ruleDecisions,
        ]
        .reduce(0) { $0 + $1.reduce(0) { $0 + $1.count + 40 } }
    }

    private static func tail(_ reason: RuleSet.Reason) -> [UInt8] {
        Array(",\"code\":".utf8) + quoted(reason.code) + Array(",\"text\":".utf8)
            + quoted(reason.text) + Array("}".utf8)
    }

    private static func quoted(_ text: String) -> [UInt8] { Array(JSONWriter.string(text).utf8) }

    /// Writes row `row` of all outputs; rows come in order.
    func write(_ answer: RuleAnswer, row: Int, _ workspace: RulesWorkspace) {
        let memory = workspace.memory
        let outputs = workspace.outputs
        outputs[0].withElements(of: Double.self) { $0[row] = answer.score }
        let band = answer.band < 0 ? bandNames.count - 1 : answer.band
        outputs[1].appendString(bandNames[band])
        let decision =
            answer.decidingRule >= 0 ? ruleDecisions[answer.decidingRule] : bandDecisions[band]
        outputs[2].appendString(decision)
        list(memory.fired, memory.firedCount, withBase: false, outputs[3], workspace)
        list(
            memory.unknown, memory.unknownCount, withBase: memory.baseIsUnknown, outputs[4],
            workspace)
        writeReasons(memory, band: band, outputs[5], workspace)
        outputs[6].withElements(of: UInt8.self) { mask in
            for index in 0..<memory.firedCount {
                mask[row * ids.count + Int(memory.fired[index])] = 1
            }
        }
    }

    private func list(
        _ rules: UnsafeMutableBufferPointer<Int32>, _ count: Int, withBase: Bool, _ output: Tensor,
        _ workspace: RulesWorkspace
    ) {
        workspace.text.removeAll(keepingCapacity: true)
        workspace.text.append(UInt8(ascii: "["))
        for index in 0..<count {
            if index > 0 { workspace.text.append(UInt8(ascii: ",")) }
            workspace.text.append(contentsOf: ids[Int(rules[index])])
        }
        if withBase {
            workspace.text.append(contentsOf: count > 0 ? Self.moreBase : Self.base)
        }
        workspace.text.append(UInt8(ascii: "]"))
        output.appendString(workspace.text)
    }

    private static let base = Array("\"base\"".utf8)
    private static let moreBase = Array(",\"base\"".utf8)

    private func writeReasons(
        _ memory: ExpressionMemory, band: Int, _ output: Tensor, _ workspace: RulesWorkspace
    ) {
        workspace.text.removeAll(keepingCapacity: true)
        workspace.text.append(UInt8(ascii: "["))
        for index in 0..<memory.firedCount {
            let rule = Int(memory.fired[index])
            guard !reasonHeads[rule].isEmpty else { continue }
            if workspace.text.count > 1 { workspace.text.append(UInt8(ascii: ",")) }
            workspace.text.append(contentsOf: reasonHeads[rule])
            if scores[rule].isEmpty {
                // An infinity is no JSON.
                let score = memory.firedScores[index]
                workspace.text.append(
                    contentsOf: (score.isFinite ? JSONWriter.number(score) : "null").utf8)
            } else {
                workspace.text.append(contentsOf: scores[rule])
            }
            workspace.text.append(contentsOf: reasonTails[rule])
        }
        if !bandReasons[band].isEmpty {
            if workspace.text.count > 1 { workspace.text.append(UInt8(ascii: ",")) }
            workspace.text.append(contentsOf: bandReasons[band])
        }
        workspace.text.append(UInt8(ascii: "]"))
        output.appendString(workspace.text)
    }
}
