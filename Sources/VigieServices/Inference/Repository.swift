import VigieProtos
import VigieRPC
import VigieRegistry

/// Triton's model repository extension: what the registry holds, and loading and unloading by call.
enum Repository {
    private typealias Service = Inference.GRPCInferenceService

    static func install(on handler: RPCHandler, _ services: VigieServices) {
        let catalog = services.catalog
        handler.unary(Service.RepositoryIndex.self) { request, response, _ in
            for status in catalog.statuses() where !request.ready || status.state == .ready {
                let model = response.addModels()
                model.setName(status.name)
                if let version = status.version { model.setVersion(String(version)) }
                model.setState(status.state.rawValue)
                model.setReason(status.reason)
            }
        }
        handler.deferred(Service.RepositoryModelLoad.self) {
            request, reply, _ throws(RPCStatus) in
            for parameter in request.parameters {
                throw RPCStatus(
                    .invalidArgument,
                    "parameter \(parameter.key.quoted) is not supported: models are loaded as their "
                        + "manifest.json in the registry says")
            }
            let name = try modelName(request.modelName, request.repositoryName)
            catalog.load(name) { error in settle(reply, error) }
        }
        handler.deferred(Service.RepositoryModelUnload.self) {
            request, reply, _ throws(RPCStatus) in
            let name = try modelName(request.modelName, request.repositoryName)
            catalog.unload(name) { error in settle(reply, error) }
        }
    }

    /// KServe's clients put the model's name into the first field, where Triton has the repository's,
    /// and leave the second empty.
    private static func modelName(_ model: Text, _ repository: Text) throws(RPCStatus) -> String {
        if !model.isEmpty { return String(model) }
        if !repository.isEmpty { return String(repository) }
        throw RPCStatus(.invalidArgument, "the request names no model")
    }

    private static func settle<Response: Message>(
        _ reply: DeferredReply<Response>, _ error: RegistryError?
    ) {
        guard let error else { return reply.finish { _ in } }
        let code: StatusCode =
            switch error.reason {
            case .notFound: .notFound
            case .refused: .failedPrecondition
            case .folder, .incomplete, .fetching, .stopped: .unavailable
            }
        reply.fail(RPCStatus(code, error.message))
    }
}
