import VigieEngine
import VigieProtos
import VigieRPC
import VigieTransport

extension ServingNode {
    /// Answers one request. In steady state nothing is allocated: the model and its inputs are found
    /// by bytes, their content is copied into the loop's workspace, and the response borrows the
    /// workspace's outputs and the version's prepared messages.
    ///
    /// So the response must be encoded before the same version is asked again: at once, by those who
    /// call this.
    /// - Returns: the version that answered.
    @discardableResult
    func infer(
        _ request: Inference.ModelInferRequest, into response: Inference.ModelInferResponse
    ) throws(RPCStatus) -> ServedVersion {
        let served = try find(request.modelName, version: request.modelVersion)
        let began = MonotonicTime.now().nanoseconds
        do throws(RPCStatus) {
            try InferOutputs.select(request, served)
            let rows = try InferInputs.read(request, into: served, limits)
            let inputsRead = MonotonicTime.now().nanoseconds
            do { try served.artifact.run(served.workspace) } catch {
                throw RPCStatus(error, model: served)
            }
            let computed = MonotonicTime.now().nanoseconds
            response.modelName = served.name
            response.modelVersion = served.version
            response.id = request.id
            InferOutputs.write(request, served, to: response)
            served.counters.succeeded(
                RequestTimes(
                    began: began, inputsRead: inputsRead, computed: computed,
                    ended: MonotonicTime.now().nanoseconds), batch: rows)
        } catch {
            served.counters.failed(began: began, ended: MonotonicTime.now().nanoseconds)
            throw error
        }
        return served
    }
}

extension RPCStatus {
    /// What a caller is told when an artifact could not answer.
    init(_ error: InferenceError, model: ServedVersion) {
        let code: StatusCode =
            switch error.reason {
            case .input: .invalidArgument
            case .unsupported: .unimplemented
            case .limit: .resourceExhausted
            }
        self.init(code, "model '\(model.model.name)': \(error.message)")
    }
}
