import TestArtifacts
import Testing
import VigieEngine
import VigieProtos
import VigieRPC
import VigieRegistry
import VigieTransport

@testable import VigieServices

/// The services over a catalog that changes, without a network: what `install` hands to the loops.
@Suite struct HotSwapTests {
    /// A loop that runs, with the services installed on it.
    private func serve(_ catalog: FixedCatalog) throws -> (VigieServices, EventLoop, LoopThread) {
        let services = VigieServices(store: catalog, version: "1.2.3")
        let loop = try EventLoop()
        services.install(on: RPCHandler(loop: loop))
        return (services, loop, try LoopThread(loop: loop, name: "test"))
    }

    @Test func readiness_and_health_follow_the_servers_life() throws {
        let (services, loop, thread) = try serve(FixedCatalog([loaded("a", 1, EchoArtifact())]))
        #expect(!services.isServing)
        #expect(services.health.status(of: "") == .notServing)
        services.setServing()
        #expect(services.isServing)
        for service in ["", "inference.GRPCInferenceService", "vigie.v1.CreditScoring"] {
            #expect(services.health.status(of: service) == .serving)
        }
        services.setNotServing()
        #expect(!services.isServing)
        #expect(services.health.status(of: "vigie.v1.CreditScoring") == .notServing)
        loop.stop()
        thread.join()
    }

    @Test func statistics_follow_a_version_as_long_as_it_is_served() throws {
        let catalog = FixedCatalog([loaded("a", 1, EchoArtifact())])
        let (services, loop, thread) = try serve(catalog)
        #expect(services.statistics().map(\.model.version) == [1])
        catalog.publish(loaded("a", 2, EchoArtifact()))
        #expect(services.statistics().map(\.model.version) == [1, 2])
        catalog.unload("a") { _ in }
        #expect(services.statistics().isEmpty)
        loop.stop()
        thread.join()
    }

    @Test func what_is_known_but_not_ready_is_unavailable() {
        let catalog = FixedCatalog([loaded("a", 1, EchoArtifact())])
        catalog.unload("a") { _ in }
        let hidden = RPCStatus(absent: "a", version: nil, catalog)
        #expect(hidden.code == .unavailable && hidden.message.contains("unloaded"))
        #expect(RPCStatus(absent: "b", version: nil, catalog).code == .notFound)
        #expect(RPCStatus(absent: "a", version: 7, catalog).code == .notFound)
    }
}
