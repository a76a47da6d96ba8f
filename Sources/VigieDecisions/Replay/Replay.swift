import VigieCrypto
import VigieEngine
import VigieRegistry

/// Makes decisions again, with the very version that made them.
package final class Replay {
    /// What came of one.
    package enum Verdict: Sendable, Equatable {
        /// The same, bit for bit.
        case same
        /// Something else; what, for people.
        case different(String)
        /// It cannot be made again; why.
        case impossible(String)
        /// It was an error, which has no result to compare.
        case notADecision
    }

    private let loader: VersionLoader
    private var models: [String: Result<LoadedModel, DecisionError>] = [:]
    private var workspaces: [ObjectIdentifier: Workspace] = [:]

    package init(_ registry: any RegistrySource) { loader = VersionLoader(registry) }

    /// - Parameter shown: the features, for a record beside which they are not.
    package func replay(_ record: StoredRecord, shown: ReplayInputs? = nil) -> Verdict {
        guard let fields = record.fields, fields["type"]?.string == "decision" else {
            return .notADecision
        }
        guard fields["status"]?.integer == 0 else { return .notADecision }
        guard let computed = record.recomputed, computed.hash == record.hash else {
            return .impossible("the record has been changed: its hash is another")
        }
        do throws(DecisionError) {
            let model = try model(fields)
            let side = record.side.flatMap { try? JSONParser.parse($0) }
            guard let digest = fields["featuresSha256"]?.string else {
                return .impossible("the record has no digest of its features")
            }
            guard let side, let salt = side["salt"]?.string.flatMap({ Hex.decode($0) }) else {
                return .impossible("its features have been erased")
            }
            guard let inputs = shown ?? ReplayInputs(side) else {
                return .impossible("its features were not kept; show them with --inputs")
            }
            let method = fields["method"]?.string ?? ""
            return method.hasPrefix("Score")
                ? try score(model, fields, inputs, salt: salt, digest)
                : try infer(model, fields, inputs, salt: salt, digest)
        } catch { return .impossible(error.description) }
    }

    private func model(_ fields: JSONValue) throws(DecisionError) -> LoadedModel {
        let name = fields["model"]?.string ?? ""
        let version = fields["version"]?.integer ?? 0
        let key = "\(name)/\(version)"
        let result: Result<LoadedModel, DecisionError>
        if let known = models[key] {
            result = known
        } else {
            do throws(RegistryError) {
                result = .success(try loader.load(name, version))
            } catch {
                result = .failure(
                    DecisionError(
                        "cannot load model '\(name)' version \(version): \(error.message)"))
            }
            models[key] = result
        }
        let model = try result.get()
        guard model.manifestDigest.hex == fields["manifest"]?.string else {
            throw DecisionError(
                "model '\(name)' version \(version) of the registry is not the one that decided: "
                    + "its manifest's digest is \(model.manifestDigest.hex)")
        }
        return model
    }

    private func workspace(_ model: LoadedModel) -> Workspace {
        if let known = workspaces[ObjectIdentifier(model)] { return known }
        let made = model.artifact.makeWorkspace()
        workspaces[ObjectIdentifier(model)] = made
        return made
    }

    private func check(_ salt: [UInt8], _ bytes: [UInt8], _ digest: String) throws(DecisionError) {
        guard CanonicalBytes.digest(salt: salt[...], bytes).hex == digest else {
            throw DecisionError(
                "these are not the features that were decided on: their digest is another")
        }
    }

    // MARK: Applications

    private func score(
        _ model: LoadedModel, _ fields: JSONValue, _ inputs: ReplayInputs, salt: [UInt8],
        _ digest: String
    ) throws(DecisionError) -> Verdict {
        let features = model.artifact.signature.features
        let row = try inputs.row(features)
        try check(salt, CanonicalBytes.row(features, row), digest)
        let workspace = workspace(model)
        workspace.row = row
        let score: Double
        do throws(InferenceError) {
            score =
                model.artifact.explainsRows
                ? try model.artifact.explain(workspace) : try model.artifact.score(workspace)
        } catch { throw DecisionError("the model fails now: \(error.message)") }
        guard let scale = model.manifest.scorecard, let thresholds = model.manifest.decision else {
            throw DecisionError("the model does not decide on credit")
        }
        let probability = model.manifest.calibration.probability(
            score: score, model.artifact.link)
        if let difference = Self.difference("score", fields, score)
            ?? Self.difference("probabilityOfDefault", fields, probability)
            ?? Self.difference("points", fields, Double(scale.points(probability: probability)))
        {
            return .different(difference)
        }
        let decision =
            switch thresholds.decide(probability: probability) {
            case .approve: "APPROVE"
            case .refer: "REFER"
            case .decline: "DECLINE"
            }
        guard decision == fields["decision"]?.string else {
            return .different("decision: \(decision), was \(fields["decision"]?.string ?? "none")")
        }
        return reasons(model, fields, workspace)
    }

    private func reasons(
        _ model: LoadedModel, _ fields: JSONValue, _ workspace: Workspace
    ) -> Verdict {
        guard model.artifact.explainsRows else { return .same }
        var scratch = ReasonScratch()
        let ranked = model.reasons.rank(workspace.contributions, scratch: &scratch)
        let recorded = fields["reasons"]?.array ?? []
        guard ranked.count == recorded.count else {
            return .different("reasons: \(ranked.count), were \(recorded.count)")
        }
        for (index, was) in recorded.enumerated() {
            let reason = ranked[index]
            let code = model.reasons.reasons[reason.reason].code
            guard code == was["code"]?.string else {
                return .different("reason \(index + 1): \(code), was \(was["code"]?.string ?? "")")
            }
            if let difference = Self.difference("contribution", was, reason.contribution) {
                return .different("reason \(index + 1): \(difference)")
            }
        }
        return .same
    }

    private static func difference(_ key: String, _ fields: JSONValue, _ value: Double) -> String? {
        let was = fields[key].flatMap { ReplayInputs.double($0) }
        if let was, was.bitPattern == value.bitPattern || (was.isNaN && value.isNaN) { return nil }
        return "\(key): \(value), was \(was.map { "\($0)" } ?? "none")"
    }

    // MARK: Tensors

    private func infer(
        _ model: LoadedModel, _ fields: JSONValue, _ inputs: ReplayInputs, salt: [UInt8],
        _ digest: String
    ) throws(DecisionError) -> Verdict {
        let artifact = model.artifact
        let workspace = workspace(model)
        try inputs.fill(workspace.inputs, artifact.inputs)
        var draft = DraftBytes()
        draft.part(workspace.inputs)
        try check(
            salt, CanonicalBytes.tensors(artifact.inputs, draft.bytes.dropFirst(4)), digest)
        do throws(InferenceError) { try artifact.run(workspace) } catch {
            throw DecisionError("the model fails now: \(error.message)")
        }
        var outputs = DraftBytes()
        outputs.part(workspace.outputs)
        let bytes = CanonicalBytes.tensors(artifact.outputs, outputs.bytes.dropFirst(4))
        let now = SHA256.digest(of: bytes).hex
        let was = fields["outputsSha256"]?.string ?? "none"
        return now == was ? .same : .different("outputs: their digest is \(now), was \(was)")
    }
}
