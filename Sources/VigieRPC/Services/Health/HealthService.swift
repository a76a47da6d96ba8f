import VigieProtos
import VigieTransport

/// `grpc.health.v1.Health` on one loop (grpc/grpc doc/health-checking.md, gRFC A90 for List).
package final class HealthService: @unchecked Sendable {
    // Sendable, because the registry's listener names it; used on its loop's thread only.
    private let registry: HealthRegistry
    private var watches: [ObjectIdentifier: HealthWatch] = [:]

    /// Services that List tells of; over it the answer is RESOURCE_EXHAUSTED (gRFC A90).
    static let listedMax = 100

    private init(_ registry: HealthRegistry) { self.registry = registry }

    /// Adds Check, Watch and List to `handler`.
    package static func install(on handler: RPCHandler, _ registry: HealthRegistry) {
        let service = HealthService(registry)
        handler.unary(GrpcHealthV1.Health.Check.self) {
            request, response, _ throws(RPCStatus) in
            response.status = try service.check(String(request.service))
        }
        handler.unary(GrpcHealthV1.Health.List.self) { _, response, _ throws(RPCStatus) in
            try service.list(into: response)
        }
        handler.streaming(GrpcHealthV1.Health.Watch.self) { call in
            HealthWatch(call, service)
        }
        handler.neverShed(GrpcHealthV1.Health.Check.self)
        handler.neverShed(GrpcHealthV1.Health.Watch.self)
        let loop = handler.loop
        registry.onChange { loop.execute { service.tellWatchers() } }
    }

    private func check(_ service: String) throws(RPCStatus) -> HealthRegistry.ServingStatus {
        guard let status = registry.status(of: service) else {
            throw RPCStatus(.notFound, "unknown service '\(service)'")
        }
        return status
    }

    private func list(into response: GrpcHealthV1.HealthListResponse) throws(RPCStatus) {
        let all = registry.all
        guard all.count <= Self.listedMax else {
            throw RPCStatus(
                .resourceExhausted,
                "\(all.count) services are more than the \(Self.listedMax) listed")
        }
        for (service, status) in all { response.addStatuses(key: service).status = status }
    }

    fileprivate func status(for watch: HealthWatch) -> HealthRegistry.ServingStatus {
        registry.status(of: watch.service) ?? .serviceUnknown
    }

    fileprivate func add(_ watch: HealthWatch) {
        watches[ObjectIdentifier(watch)] = watch
        tell(watch)
    }

    fileprivate func remove(_ watch: HealthWatch) { watches[ObjectIdentifier(watch)] = nil }

    private func tellWatchers() {
        for watch in watches.values { tell(watch) }
    }

    private func tell(_ watch: HealthWatch) {
        watch.tell(status(for: watch))
        guard registry.isShutDown else { return }
        remove(watch)
        watch.end()
    }
}

/// One Watch call: it sends what changed since it last sent.
private final class HealthWatch: StreamingHandler {
    private unowned let call: ServerCall
    private let health: HealthService
    private(set) var service = ""
    private var told: HealthRegistry.ServingStatus?

    init(_ call: ServerCall, _ health: HealthService) {
        self.call = call
        self.health = health
    }

    func received(_ request: GrpcHealthV1.HealthCheckRequest) {
        service = String(request.service)
        health.add(self)
    }

    func requestsEnded() {}

    func cancelled() { health.remove(self) }

    func tell(_ status: HealthRegistry.ServingStatus) {
        // A watcher that does not read is told the latest status when it does.
        guard status != told, call.isWritable else { return }
        told = status
        call.send(GrpcHealthV1.HealthCheckResponse.self) { $0.status = status }
    }

    func writable() { tell(health.status(for: self)) }

    func end() { call.finish(RPCStatus(.unavailable, "the server is shutting down")) }

    typealias Request = GrpcHealthV1.HealthCheckRequest
    typealias Response = GrpcHealthV1.HealthCheckResponse
}
