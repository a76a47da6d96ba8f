import Testing

@testable import VigieRegistry

@Suite struct VersionPolicyTests {
    @Test func policies_are_read_for_all_models_and_for_one() throws {
        let policies = try VersionPolicies(
            parsing: "latest:2;fraud=versions:3,5;limits=all", standard: .latest(4))
        #expect(policies["credit"] == .latest(2))
        #expect(policies["fraud"] == .specific([3, 5]))
        #expect(policies["limits"] == .all)
        let others = try VersionPolicies(parsing: "fraud=latest:1", standard: .latest(4))
        #expect(others["credit"] == .latest(4) && others["fraud"] == .latest(1))
    }

    @Test(arguments: [
        ("", "is no policy"), ("latest", "is no policy"), ("latest:0", "from 1 to 1000"),
        ("latest:1001", "from 1 to 1000"), ("newest:3", "is no policy"), ("all:3", "is no policy"),
        ("versions:", "is no version"), ("versions:3,,5", "is no version"),
        ("versions:03", "is no version"), ("versions:-1", "is no version"),
        ("latest:1;all", "second policy for all models"), ("Fraud=all", "is no model's name"),
        ("a=all;a=all", "has two policies"), ("a=", "is no policy"),
        ("latest:1;", "second policy for all models"),
    ])
    func a_wrong_policy_is_refused(text: String, reason: String) {
        do {
            _ = try VersionPolicies(parsing: text, standard: .all)
            Issue.record("'\(text)' was accepted")
        } catch { #expect("\(error)".contains(reason), "\(error)") }
    }

    @Test func all_versions_are_loaded_when_the_policy_says_so() throws {
        let registry = TestRegistry()
        for version in 1...7 { registry.write("credit", version) }
        let test = try TestStore(registry) { $0.policies.standard = .all }
        #expect(test.versions("credit") == Array(1...7))
    }

    @Test func only_named_versions_are_loaded_and_those_that_are_not_there_are_told() throws {
        let registry = TestRegistry()
        for version in 1...4 { registry.write("credit", version) }
        registry.write("fraud", 1)
        let test = try TestStore(registry) { $0.policies.models["credit"] = .specific([1, 3, 9]) }
        #expect(test.versions("credit") == [1, 3] && test.versions("fraud") == [1])
        #expect(test.store.table.find("credit")?.current?.version == 3)
        #expect(
            test.status("credit", 4)?.reason
                == "not among those that the version policy keeps (versions:1,3,9)")
        #expect(
            test.status("credit", 9)?.reason
                == "named by the version policy, but not in the registry")
        registry.publish("credit", 9)
        #expect(test.eventually { test.versions("credit") == [1, 3, 9] })
        #expect(test.load("credit") == nil)
    }

    @Test func a_load_of_a_model_without_a_wanted_version_says_so() throws {
        let registry = TestRegistry()
        registry.write("credit", 1)
        let test = try TestStore(registry) { $0.policies.standard = .specific([2]) }
        let error = try #require(test.load("credit"))
        #expect(error.reason == .notFound && error.message.contains("versions:2"))
    }

    @Test func required_versions_are_loaded_at_once_and_dropped_when_no_longer_required() throws {
        let registry = TestRegistry()
        for version in 1...6 { registry.write("credit", version) }
        let test = try TestStore(registry) {
            $0.policies.standard = .latest(2)
            $0.watches = false
            $0.pollInterval = .seconds(3600)
        }
        #expect(test.versions("credit") == [5, 6])
        test.store.require(["credit": [2, 4, 6]])
        #expect(test.eventually { test.versions("credit") == [2, 4, 5, 6] })
        test.store.require(["credit": [4]])
        #expect(test.eventually { test.versions("credit") == [4, 5, 6] })
        test.store.require([:])
        #expect(test.eventually { test.versions("credit") == [5, 6] })
        #expect(test.events.contains("superseded credit/4"))
        #expect(test.status("credit", 4)?.reason == "superseded: the newest 2 versions are kept")
    }

    @Test func a_required_version_does_not_become_the_current_one() throws {
        let registry = TestRegistry()
        for version in 1...3 { registry.write("credit", version) }
        let test = try TestStore(registry) { $0.policies.standard = .specific([2]) }
        test.store.require(["credit": [1, 3]])
        #expect(test.eventually { test.versions("credit") == [1, 2, 3] })
        #expect(test.store.table.find("credit")?.current?.version == 2)
        registry.remove("credit/2")
        #expect(test.eventually { test.store.table.find("credit")?.current?.version == 3 })
    }

    @Test func versions_required_before_the_start_are_there_after_it() throws {
        let registry = TestRegistry()
        for version in 1...5 { registry.write("credit", version) }
        var options = StoreOptions()
        options.policies.standard = .latest(1)
        let store = ModelStore(FolderSource(registry.path), options: options)
        store.require(["credit": [2]])
        try store.start()
        #expect(store.table.find("credit")?.versions.map(\.version) == [2, 5])
        store.stop()
    }

    @Test func what_could_not_be_loaded_shows_with_its_reason_and_is_loaded_when_it_comes() throws {
        let registry = TestRegistry()
        registry.write("credit", 1, extra: ", \"labels\": 1")
        registry.write("credit", 2)
        registry.write("credit", 3)
        let test = try TestStore(registry) { $0.policies.standard = .latest(1) }
        test.store.require(["credit": [1, 2, 7], "nobody": [1]])
        #expect(test.eventually { test.versions("credit") == [2, 3] })
        #expect(
            test.status("credit", 1)?.reason
                == "manifest.json: labels must be an array, not a number")
        let absent = "required by a rollout, but not in the registry"
        #expect(test.status("credit", 7)?.reason == absent)
        #expect(test.status("nobody", 1)?.reason == absent)
        registry.publish("credit", 7)
        registry.publish("nobody", 1)
        #expect(test.eventually { test.versions("credit") == [2, 7] })
        #expect(test.eventually { test.versions("nobody") == [1] })
    }

    @Test func an_incomplete_version_that_newer_ones_supersede_is_not_tried_for_ever() throws {
        let registry = TestRegistry()
        registry.put("{", "credit/1/manifest.json")
        var options = StoreOptions()
        options.policies.standard = .latest(1)
        let core = StoreCore(
            loader: VersionLoader(FolderSource(registry.path)), options: options,
            publish: { _ in }, report: { _ in })
        let start = ContinuousClock.now
        try core.start(now: start)
        #expect(core.wakeAt != nil)
        registry.write("credit", 2)
        core.look(now: start)
        #expect(core.wakeAt == nil && core.models["credit"]?.ready.map(\.version) == [2])
    }

    @Test func an_unloaded_model_stays_away_though_a_version_is_required() throws {
        let registry = TestRegistry()
        registry.write("credit", 1)
        let test = try TestStore(registry)
        #expect(test.unload("credit") == nil)
        test.store.require(["credit": [1]])
        test.refresh()
        #expect(test.versions("credit").isEmpty)
        #expect(test.status("credit", 1)?.reason == "unloaded on request")
    }
}
