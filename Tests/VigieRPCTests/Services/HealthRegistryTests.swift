import Testing
import VigieRPC

struct HealthRegistryTests {
    @Test func the_server_is_not_serving_until_it_is_said_to() {
        let registry = HealthRegistry()
        #expect(registry.status(of: "") == .notServing)
        registry.set("", .serving)
        #expect(registry.status(of: "") == .serving)
        #expect(registry.status(of: "other") == nil)
    }

    @Test func a_removed_service_is_unknown() {
        let registry = HealthRegistry()
        registry.set("a", .serving)
        registry.remove("a")
        #expect(registry.status(of: "a") == nil)
    }

    @Test func nothing_serves_again_after_a_shutdown() {
        let registry = HealthRegistry()
        registry.set("a", .serving)
        registry.shutDown()
        registry.set("a", .serving)
        registry.set("b", .serving)
        registry.remove("a")
        #expect(registry.all.map(\.service) == ["", "a"])
        #expect(registry.all.allSatisfy { $0.status == .notServing })
    }
}
