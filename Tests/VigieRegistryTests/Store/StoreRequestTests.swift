import Testing
import VigieRegistry

@Suite struct StoreRequestTests {
    @Test func an_unloaded_model_stays_away_until_it_is_loaded() throws {
        let registry = TestRegistry()
        registry.write("credit", 1)
        let test = try TestStore(registry)
        #expect(test.unload("credit") == nil)
        #expect(test.store.table.find("credit") == nil)
        #expect(test.status("credit", 1)?.reason == "unloaded on request")
        registry.publish("credit", 2)
        #expect(test.eventually { test.status("credit", 2) != nil })
        #expect(test.store.table.find("credit") == nil)
        #expect(test.load("credit") == nil)
        #expect(test.versions("credit") == [1, 2])
    }

    @Test func unknown_models_are_not_found() throws {
        let registry = TestRegistry()
        let test = try TestStore(registry)
        #expect(test.load("nobody")?.reason == .notFound)
        #expect(test.unload("nobody")?.reason == .notFound)
    }

    @Test func a_load_says_why_the_newest_version_does_not() throws {
        let registry = TestRegistry()
        registry.write("credit", 1)
        registry.write("credit", 2, extra: ", \"labels\": 1")
        let test = try TestStore(registry)
        let error = try #require(test.load("credit"))
        #expect(error.reason == .refused)
        #expect(error.message == "version 2: manifest.json: labels must be an array, not a number")
        #expect(test.versions("credit") == [1])
    }

    @Test func a_load_finds_a_version_that_was_just_written() throws {
        let registry = TestRegistry()
        registry.write("credit", 1)
        let test = try TestStore(registry) {
            $0.watches = false
            $0.pollInterval = .seconds(3600)
        }
        registry.write("credit", 2)
        #expect(test.load("credit") == nil)
        #expect(test.versions("credit") == [1, 2])
    }

    @Test func a_stopped_store_refuses_and_keeps_its_table() throws {
        let registry = TestRegistry()
        registry.write("credit", 1)
        let test = try TestStore(registry)
        test.store.stop()
        #expect(test.load("credit")?.reason == .stopped)
        #expect(test.versions("credit") == [1])
        test.store.stop()
    }
}
