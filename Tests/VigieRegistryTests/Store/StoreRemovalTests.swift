import Glibc
import Testing
import VigieRegistry

@Suite struct StoreRemovalTests {
    @Test func the_next_newest_takes_over_from_a_removed_version() throws {
        let registry = TestRegistry()
        for version in 1...4 { registry.write("credit", version) }
        let test = try TestStore(registry) { $0.policies.standard = .latest(2) }
        #expect(test.versions("credit") == [3, 4])
        registry.remove("credit/4")
        #expect(test.eventually { test.versions("credit") == [2, 3] })
        #expect(try test.score("credit") == 3)
        #expect(
            test.eventually { test.events.contains("unloaded credit/4: its folder was removed") })
    }

    @Test func the_last_version_takes_the_model_with_it() throws {
        let registry = TestRegistry()
        registry.write("credit", 1)
        registry.write("hr", 1)
        let test = try TestStore(registry)
        registry.remove("credit/1")
        #expect(test.eventually { test.store.table.find("credit") == nil })
        #expect(test.store.statuses().first?.reason == "there is no version in its folder")
        registry.remove("hr")
        #expect(test.eventually { test.store.table.entries.isEmpty })
        #expect(test.eventually { !test.store.statuses().contains { $0.name == "hr" } })
    }

    @Test func a_folder_replaced_by_renaming_is_no_removal() throws {
        let registry = TestRegistry()
        registry.write("credit", 1)
        let test = try TestStore(registry) { $0.removalGrace = .seconds(30) }
        registry.rename("credit/1", "credit/.1.old")
        test.refresh()
        #expect(test.versions("credit") == [1])
        registry.rename("credit/.1.old", "credit/1")
        test.refresh()
        #expect(test.versions("credit") == [1])
        #expect(test.events == ["loaded credit/1"])
    }

    @Test func a_lost_root_changes_nothing() throws {
        let registry = TestRegistry()
        registry.write("r/credit", 1)
        let inner = TestRegistry()
        let link = "\(inner.path)/registry"
        symlink("\(registry.path)/r", link)
        let store = ModelStore(FolderSource(link), options: StoreOptions())
        try store.start()
        defer { store.stop() }
        #expect(store.table.find("credit") != nil)
        // Gone altogether, then an empty folder in its place, as an unmounted volume leaves it.
        for step in ["gone", "empty"] {
            unlink(link)
            if step == "empty" { mkdir(link, 0o755) }
            usleep(1_300_000)
            #expect(store.table.find("credit") != nil, "\(step)")
        }
    }

    @Test func changed_files_are_reported_and_what_was_loaded_is_served_on() throws {
        let registry = TestRegistry()
        registry.write("credit", 1)
        let test = try TestStore(registry)
        registry.write("credit", 1, value: 9)
        #expect(test.eventually { test.events.contains("changed credit/1") })
        #expect(try test.score("credit") == 1)
        let status = try #require(test.status("credit", 1))
        #expect(
            status.state == .ready && status.reason.contains("publish changes as a new version"))
        // Asked for in so many words, the changed files are taken in.
        #expect(test.load("credit") == nil)
        #expect(try test.score("credit") == 9)
        #expect(test.status("credit", 1)?.reason == "")
    }

    @Test func vanished_files_are_reported_and_what_was_loaded_is_served_on() throws {
        let registry = TestRegistry()
        registry.write("credit", 1)
        let test = try TestStore(registry)
        registry.remove("credit/1/scorecard.json")
        #expect(test.eventually { test.events.contains("changed credit/1") })
        #expect(try test.score("credit") == 1)
        // Asked to load it again, the store says why it cannot, and keeps what it has.
        #expect(test.load("credit")?.reason == .incomplete)
        #expect(try test.score("credit") == 1)
    }

    @Test func files_that_were_only_touched_are_no_change() throws {
        let registry = TestRegistry()
        registry.write("credit", 1)
        let test = try TestStore(registry)
        registry.write("credit", 1)
        usleep(400_000)
        #expect(test.events == ["loaded credit/1"])
        #expect(test.status("credit", 1)?.reason == "")
    }
}
