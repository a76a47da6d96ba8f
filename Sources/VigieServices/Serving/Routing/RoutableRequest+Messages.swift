import VigieProtos
import VigieRPC
import VigieRouting

extension VigieV1.ScoreApplicationRequest: RoutableRequest {
    var pinnedVersion: Text { version }

    /// The feature of that name: text as it is, numbers and flags as ``RouteFacts`` says.
    func note(_ input: String, in facts: RouteFacts, for plan: RoutePlan) {
        for entry in features where entry.key == input {
            switch entry.value.value {
            case .number(let number): facts.take(input: number, for: plan)
            case .integer(let integer): facts.take(input: integer, for: plan)
            case .flag(let flag): facts.take(input: flag ? 1 : 0 as Int64, for: plan)
            case .text(let text): text.withSpan { facts.take(input: $0.bytes, for: plan) }
            case nil: break
            }
            return
        }
    }
}

extension Inference.ModelInferRequest: RoutableRequest {
    var pinnedVersion: Text { modelVersion }

    /// The first element of the input of that name: text as it is, a number as ``RouteFacts`` says.
    func note(_ input: String, in facts: RouteFacts, for plan: RoutePlan) {
        for position in 0..<inputs.count where inputs[position].name == input {
            let tensor = inputs[position]
            if rawInputContents.count > 0 {
                guard position < rawInputContents.count else { return }
                FirstElement.note(rawInputContents[position], tensor.datatype, facts, plan)
            } else if let contents = tensor.contents {
                FirstElement.note(contents, facts, plan)
            }
            return
        }
    }
}
