import VigieProtos
import VigieRPC
import VigieRegistry
import VigieTelemetry

/// `inference.GRPCInferenceService` on one loop: the Open Inference Protocol, version 2, with those
/// of Triton's extensions that have a meaning here.
enum InferenceService {
    private typealias Service = Inference.GRPCInferenceService

    /// The extensions that we have, by the names that Triton gives them.
    static let extensions: [StaticString] = [
        "binary_tensor_data", "classification", "model_configuration", "model_repository",
        "parameters", "statistics",
    ]

    static func install(on handler: RPCHandler, _ node: ServingNode, _ services: VigieServices) {
        installInference(on: handler, node)
        installServer(on: handler, services)
        installModels(on: handler, node, services)
        Repository.install(on: handler, services)
        NotHere.install(on: handler)
        handler.neverShed(Service.ServerLive.self)
        handler.neverShed(Service.ServerReady.self)
        handler.neverShed(Service.ModelReady.self)
    }

    private static func installInference(on handler: RPCHandler, _ node: ServingNode) {
        handler.unary(
            Service.ModelInfer.self, answered: { node.settle($0.endedAt.nanoseconds, $0) }
        ) { request, response, call throws(RPCStatus) in
            let routed = try node.route(request.modelName, request, call)
            // Before it is asked: who was asked is told of failures, too.
            call.note(routed)
            let isAnswered = try node.infer(
                request, routed, into: response, call.context,
                UnaryAnswer<Inference.ModelInferResponse>(call: call))
            if isAnswered { call.note(node.lastStations) }
        }
        handler.streaming(Service.ModelStreamInfer.self) { call in InferStream(node, call) }
    }

    private static func installServer(on handler: RPCHandler, _ services: VigieServices) {
        handler.unary(Service.ServerLive.self) { _, response, _ in response.live = true }
        handler.unary(Service.ServerReady.self) { _, response, _ in
            response.ready = services.isServing
        }
        handler.unary(Service.ServerMetadata.self) { _, response, _ in
            response.name = "vigie"
            response.setVersion(services.version)
            for name in extensions { response.appendExtensions(Text(name)) }
        }
    }

    private static func installModels(
        on handler: RPCHandler, _ node: ServingNode, _ services: VigieServices
    ) {
        handler.unary(Service.ModelReady.self) { request, response, _ throws(RPCStatus) in
            // As in Triton, a model that there is not is simply not ready.
            do throws(RPCStatus) {
                _ = try node.find(request.name, version: request.version)
                response.ready = true
            } catch {
                guard error.code != .invalidArgument else { throw error }
            }
        }
        handler.unary(Service.ModelMetadata.self) { request, response, _ throws(RPCStatus) in
            let served = try node.find(request.name, version: request.version)
            response.describe(served, of: node.table.find(request.name))
        }
        handler.unary(Service.ModelConfig.self) { request, response, _ throws(RPCStatus) in
            let served = try node.find(request.name, version: request.version)
            response.mutableConfig().describe(
                served, versions: node.table.find(request.name)?.versions.count ?? 1,
                loops: services.loopCount, node.limits)
        }
        handler.unary(Service.ModelStatistics.self) { request, response, _ throws(RPCStatus) in
            // An unknown name is refused; none asks for all.
            if !request.name.isEmpty {
                _ = try node.find(request.name, version: request.version)
            }
            for statistics in services.statistics()
            where request.name.isEmpty || request.name == statistics.model.name {
                guard request.version.isEmpty || request.version == statistics.model.versionText
                else { continue }
                response.addModelStats().fill(statistics)
            }
        }
    }
}
