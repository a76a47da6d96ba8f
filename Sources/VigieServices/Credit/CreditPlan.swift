import VigieEngine
import VigieProtos
import VigieRPC
import VigieRegistry

/// How one version of a model reads applications and gives its reasons: made once, with the version.
final class CreditPlan {
    /// By name, in the signature's order.
    let table: NameTable
    let features: [CreditFeature]
    /// By reason of the model's ``ReasonTable``.
    let codes: [Text]
    let texts: [Text]
    /// Why the model cannot decide on credit: nil when it can.
    let obstacle: String?
    let scale: ScorecardScale?
    let thresholds: DecisionThresholds?
    /// From the model's scores to probabilities of default, before calibration.
    let link: ScoreLink
    /// By feature: ``round`` when the application at hand has had it.
    private var seen: [UInt32]
    private var round: UInt32 = 0

    /// - Parameter arena: keeps the names; it must live as long as the plan.
    init(_ model: LoadedModel, _ arena: Arena) {
        let signature = model.artifact.signature
        table = NameTable(signature.features.map { Text(copying: $0.name, in: arena) })
        features = signature.features.map { CreditFeature($0, arena) }
        codes = model.reasons.reasons.map { Text(copying: $0.code, in: arena) }
        texts = model.reasons.reasons.map { Text(copying: $0.text, in: arena) }
        scale = model.manifest.scorecard
        thresholds = model.manifest.decision
        link = model.artifact.link
        obstacle = Self.obstacle(model)
        seen = Array(repeating: 0, count: features.count)
    }

    private static func obstacle(_ model: LoadedModel) -> String? {
        var missing: [String] = []
        if model.manifest.scorecard == nil { missing.append("'scorecard'") }
        if model.manifest.decision == nil { missing.append("'decision'") }
        if !missing.isEmpty {
            return "its manifest.json has no " + missing.joined(separator: " and no ")
        }
        if !model.artifact.scoresRows {
            return "it gives no probability of default for named features; ask it with ModelInfer"
        }
        if !model.artifact.explainsRows, !model.manifest.reasons.isEmpty {
            return "its manifest.json has 'reasons', but the model cannot explain its scores"
        }
        return nil
    }

    /// Fills the workspace's row, or refuses the application with all that is wrong with it.
    func read(
        _ request: VigieV1.ScoreApplicationRequest, _ served: ServedVersion,
        _ limits: ServiceLimits
    ) throws(RPCStatus) {
        let entries = request.features
        round &+= 1
        var count = 0
        var isSound = true
        for position in 0..<entries.count {
            let entry = entries[position]
            guard let index = table.find(entry.key, hint: position), seen[index] != round else {
                isSound = false
                break
            }
            seen[index] = round
            count += 1
            do throws(FeatureFault) {
                served.workspace.row[index] = try features[index].read(entry.value)
            } catch {
                isSound = false
                break
            }
        }
        if isSound, count < features.count {
            for index in features.indices where seen[index] != round {
                guard features[index].allowsMissing else {
                    isSound = false
                    break
                }
                served.workspace.row[index] = .nan
            }
        }
        if !isSound { throw refusal(request, served, limits) }
    }

    /// Looks at the whole application again, and says everything.
    @inline(never)
    private func refusal(
        _ request: VigieV1.ScoreApplicationRequest, _ served: ServedVersion,
        _ limits: ServiceLimits
    ) -> RPCStatus {
        let signature = served.artifact.signature
        var faults = FaultList(limits)
        var had = [Bool](repeating: false, count: features.count)
        for entry in request.features {
            guard let index = table.find(entry.key) else {
                faults.add(.unknownFeature, entry.key, nil, nil)
                continue
            }
            let feature = signature.features[index]
            if had[index] {
                faults.add(.duplicate, entry.key, nil, feature)
                continue
            }
            had[index] = true
            do throws(FeatureFault) { _ = try features[index].read(entry.value) } catch {
                faults.add(error, entry.key, entry.value, feature)
            }
        }
        for index in features.indices where !had[index] && !features[index].allowsMissing {
            faults.add(.missing, table.names[index], nil, signature.features[index])
        }
        return faults.status(model: served.model)
    }
}
