import VigieEngine
import VigieRPC
import VigieRegistry

extension RPCStatus {
    /// What a caller is told when an artifact could not answer.
    init(_ error: InferenceError, model: LoadedModel) {
        let code: StatusCode =
            switch error.reason {
            case .input: .invalidArgument
            case .unsupported: .unimplemented
            case .limit: .resourceExhausted
            }
        self.init(code, "model '\(model.name)': \(error.message)")
    }
}
