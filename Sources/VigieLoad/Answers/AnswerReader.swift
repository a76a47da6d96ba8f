import VigieProtos
import VigieRPC

/// What a decoded answer says, apart from what it should have said.
struct ReadAnswer {
    /// As the answer says; empty for methods without versions.
    var version = ""
    /// The answer to the same row by the same version must have the same: its scores, bit for bit.
    var fingerprint: [UInt8] = []
    /// What is wrong with it; nil when nothing is.
    var fault: String?
    /// The request was refused inside a stream that goes on.
    var isRefusal = false
}

/// Decodes answers and holds them against their requests: identity, shape, and expected scores.
struct AnswerReader {
    let target: LoadTarget
    let tolerance: Tolerance

    func read(_ message: RawSpan, _ request: PreparedRequest, _ arena: Arena) -> ReadAnswer {
        arena.reset()
        do throws(DecodeError) {
            switch target.entry.method {
            case .ping: return ping(try .init(decoding: message, in: arena), request)
            case .infer: return infer(try .init(decoding: message, in: arena), request)
            case .score: return score(try .init(decoding: message, in: arena), request)
            case .stream:
                let answer = try Inference.ModelStreamInferResponse(decoding: message, in: arena)
                if !answer.errorMessage.isEmpty {
                    return ReadAnswer(fault: String(answer.errorMessage), isRefusal: true)
                }
                guard let response = answer.inferResponse else {
                    return ReadAnswer(fault: "the answer is empty")
                }
                return infer(response, request)
            }
        } catch {
            return ReadAnswer(fault: "cannot be read: \(error)")
        }
    }

    private func ping(_ response: VigieV1.PingResponse, _ request: PreparedRequest) -> ReadAnswer {
        var answer = ReadAnswer()
        // The payload is the message's one field: the answer's bytes are the request's.
        let isSame = request.message.elementsEqual(response.encodedBytes())
        if !isSame { answer.fault = "the payload is not the one that was sent (\(request.id))" }
        return answer
    }

    // MARK: Scores

    private func score(
        _ response: VigieV1.ScoreApplicationResponse, _ request: PreparedRequest
    ) -> ReadAnswer {
        var answer = ReadAnswer(version: String(response.version))
        let probability = response.probabilityOfDefault
        withUnsafeBytes(of: probability) { answer.fingerprint += $0 }
        withUnsafeBytes(of: response.points) { answer.fingerprint += $0 }
        answer.fingerprint.append(UInt8(truncatingIfNeeded: Int(response.decision.rawValue)))
        answer.fault =
            identityFault(id: response.requestId, model: response.model, answer.version, request)
            ?? (probability >= 0 && probability <= 1
                ? nil : "probability of default \(probability) is not between 0 and 1")
            ?? (response.decision.rawValue == 0 ? "there is no decision" : nil)
            ?? expectationFault([probability], answer.version, request)
        return answer
    }

    private func infer(
        _ response: Inference.ModelInferResponse, _ request: PreparedRequest
    ) -> ReadAnswer {
        var answer = ReadAnswer(version: String(response.modelVersion))
        for contents in response.rawOutputContents {
            contents.withUnsafeBytes { answer.fingerprint.append(contentsOf: $0) }
        }
        answer.fault =
            identityFault(
                id: response.id, model: response.modelName, answer.version, request)
            ?? shapeFault(response, request)
        guard answer.fault == nil, !request.expected.isEmpty else { return answer }
        let type = TensorType(rawValue: String(response.outputs[0].datatype)) ?? .bytes
        let contents = response.rawOutputContents[0]
        let count = type.width.map { contents.count / $0 } ?? 0
        let scores = (0..<count).compactMap { type.value(contents.rawSpan, at: $0) }
        answer.fault = expectationFault(scores, answer.version, request)
        return answer
    }

    // MARK: Faults

    private func identityFault(
        id: Text, model: Text, _ version: String, _ request: PreparedRequest
    ) -> String? {
        if id != request.id { return "misrouted: it answers '\(id)', not '\(request.id)'" }
        let entry = target.entry
        if model != entry.model, !entry.model.isEmpty {
            return "misrouted: model '\(model)' answers, '\(entry.model)' was asked"
        }
        if !entry.version.isEmpty, version != entry.version {
            return "misrouted: version \(version) answers, \(entry.version) was asked"
        }
        return nil
    }

    private func shapeFault(
        _ response: Inference.ModelInferResponse, _ request: PreparedRequest
    ) -> String? {
        let outputs = response.outputs
        if outputs.isEmpty { return "there are no outputs" }
        guard response.rawOutputContents.count == outputs.count else {
            return "\(outputs.count) outputs with \(response.rawOutputContents.count) raw contents"
        }
        let declared = target.signature?.outputs ?? []
        for (index, output) in outputs.enumerated() {
            let extents = output.shape.map { Int($0) }
            let isNegative = extents.contains { $0 < 0 }
            guard let type = TensorType(rawValue: String(output.datatype)), !isNegative else {
                return "output '\(output.name)': type \(output.datatype), shape \(extents)"
            }
            if let fault = declaredFault(output, extents, declared, request.batch) { return fault }
            guard let width = type.width else { continue }
            let (elements, overflow) = extents.reduce((1, false)) {
                let (product, over) = $0.0.multipliedReportingOverflow(by: $1)
                return (product, $0.1 || over)
            }
            let bytes = response.rawOutputContents[index].count
            guard !overflow, elements == bytes / width, bytes % width == 0 else {
                return "output '\(output.name)': \(bytes) bytes do not make shape \(extents)"
            }
        }
        return nil
    }

    private func declaredFault(
        _ output: Inference.ModelInferResponse.InferOutputTensor, _ extents: [Int],
        _ declared: [ModelSignature.Tensor], _ batch: Int
    ) -> String? {
        guard let tensor = declared.first(where: { output.name == $0.name }) else { return nil }
        let fits =
            extents.count == tensor.shape.count
            && zip(extents, tensor.shape).allSatisfy { $1 < 0 || $0 == $1 }
        guard fits, !tensor.hasRows || extents.first == batch else {
            return "output '\(tensor.name)': shape \(extents) for \(batch) rows; "
                + "the model's is \(tensor.shape)"
        }
        return nil
    }

    private func expectationFault(
        _ scores: [Double], _ version: String, _ request: PreparedRequest
    ) -> String? {
        guard let expected = request.expected[version] ?? request.expected["*"] else { return nil }
        guard scores.count >= expected.count else {
            return "\(scores.count) values, where \(expected.count) are expected"
        }
        for (index, (score, wanted)) in zip(scores, expected).enumerated()
        where !tolerance.accepts(score, wanted) {
            let place = expected.count > 1 ? "value \(index) is " : ""
            return "\(place)\(score), expected \(wanted)"
        }
        return nil
    }
}
