import Glibc
import Testing
import VigieRegistry

@Suite struct StoreStartTests {
    @Test func what_is_there_is_served_when_start_returns() throws {
        let registry = TestRegistry()
        registry.write("credit", 1)
        registry.write("credit", 3)
        registry.write("hr", 1)
        let test = try TestStore(registry)
        #expect(test.versions("credit") == [1, 3])
        #expect(test.versions("hr") == [1])
        #expect(try test.score("credit") == 3)
        let entry = try #require(test.store.table.find("credit"))
        #expect(entry.current?.versionText == "3")
        #expect(entry.version(1)?.version == 1 && entry.version(2) == nil)
        #expect(entry.current?.warmUpLatency.score != nil)
        #expect(test.store.statuses().allSatisfy { $0.state == .ready && $0.reason.isEmpty })
        #expect(Set(test.events) == ["loaded credit/1", "loaded credit/3", "loaded hr/1"])
    }

    @Test func the_newest_that_load_are_kept() throws {
        let registry = TestRegistry()
        for version in 1...7 { registry.write("credit", version) }
        registry.put("{}", "credit/6/manifest.json")
        let test = try TestStore(registry) { $0.policies.standard = .latest(3) }
        #expect(test.versions("credit") == [4, 5, 7])
        #expect(test.status("credit", 6)?.state == .unavailable)
        #expect(test.status("credit", 6)?.reason == "manifest.json: flavor is missing")
        #expect(test.status("credit", 3)?.reason.hasPrefix("superseded") == true)
    }

    @Test func an_unreadable_registry_says_what_to_do() {
        for (path, advice) in [
            ("/nowhere/at/all", "create it, or point --registry"),
            ("/dev/null", "point --registry at a folder"),
        ] {
            let store = ModelStore(FolderSource(path))
            let error = #expect(throws: RegistryError.self) { try store.start() }
            #expect(error?.reason == .folder)
            #expect(error?.message.contains(advice) == true, "\(error?.message ?? "")")
            store.stop()
        }
    }

    @Test func an_empty_registry_serves_nothing_and_waits() throws {
        let registry = TestRegistry()
        let test = try TestStore(registry)
        #expect(test.store.table.entries.isEmpty)
        registry.publish("credit", 1)
        #expect(test.eventually { test.versions("credit") == [1] })
    }

    @Test func names_that_are_none_are_reported_and_hidden_ones_ignored() throws {
        let registry = TestRegistry()
        registry.write("credit", 1)
        registry.write("Credit Default", 1)
        registry.put("x", "credit/v2/manifest.json")
        registry.write(".hidden", 1)
        registry.write("copy.partial", 1)
        registry.put("x", "README.md")
        registry.put("x", "credit/notes.txt")
        let test = try TestStore(registry)
        #expect(test.store.table.entries.map(\.name) == ["credit"])
        let odd = test.store.statuses().filter { $0.version == nil }
        #expect(odd.map(\.name) == ["Credit Default", "credit"])
        #expect(
            odd[1].reason == "folder 'credit/v2' is no version: name it by a whole number from 1 on"
        )
    }

    @Test func only_the_wanted_models_are_loaded() throws {
        let registry = TestRegistry()
        registry.write("credit", 1)
        registry.write("hr", 1)
        let test = try TestStore(registry) { $0.models = ["hr"] }
        #expect(test.store.table.entries.map(\.name) == ["hr"])
        #expect(test.load("credit")?.reason == .notFound)
    }

    @Test func observers_are_told_at_once_and_after_each_publication() throws {
        let registry = TestRegistry()
        registry.write("credit", 1)
        let test = try TestStore(registry)
        let seen = Generations()
        test.store.onChange { seen.add($0) }
        #expect(seen.all.count == 1)
        registry.publish("credit", 2)
        #expect(test.eventually { seen.all.count == 2 })
        registry.publish("credit", 3)
        #expect(test.eventually { seen.all.count == 3 })
        #expect(seen.all == seen.all.sorted() && Set(seen.all).count == 3)
    }
}
