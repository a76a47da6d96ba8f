import Glibc
import Testing
import VigieCrypto
import VigieRegistry

@Suite struct StorePublishTests {
    @Test(arguments: [true, false])
    func a_new_version_takes_over(watches: Bool) throws {
        let registry = TestRegistry()
        registry.write("credit", 1)
        let test = try TestStore(registry) {
            $0.watches = watches
            // With inotify, polling must not be what notices.
            if watches { $0.pollInterval = .seconds(3600) }
        }
        registry.publish("credit", 2)
        #expect(test.eventually { test.versions("credit") == [1, 2] })
        #expect(try test.score("credit") == 2)
        registry.publish("hr", 1)
        #expect(test.eventually { test.versions("hr") == [1] })
    }

    @Test func older_versions_leave_when_newer_ones_are_ready() throws {
        let registry = TestRegistry()
        registry.write("credit", 1)
        let test = try TestStore(registry) { $0.policies.standard = .latest(2) }
        for version in 2...4 {
            registry.publish("credit", version)
            #expect(test.eventually { test.versions("credit") == [version - 1, version] })
        }
        #expect(
            test.eventually {
                test.events.filter { $0.hasPrefix("superseded") }
                    == ["superseded credit/1", "superseded credit/2"]
            })
    }

    @Test func a_version_written_byte_by_byte_is_seen_only_whole() throws {
        let registry = TestRegistry()
        registry.write("credit", 1)
        let test = try TestStore(registry)
        let model = Array(TestRegistry.scorecard(value: 2).utf8)
        let manifest = Array(TestRegistry.manifest(of: TestRegistry.scorecard(value: 2)).utf8)
        mkdir("\(registry.path)/credit/2", 0o755)
        // The manifest first: the worse order.
        for (bytes, name) in [(manifest, "manifest.json"), (model, "scorecard.json")] {
            for index in bytes.indices {
                registry.append(bytes[index...index], "credit/2/\(name)")
                if index % 97 == 0 { usleep(8_000) }
                #expect(try test.score("credit") == 1 || index == bytes.count - 1)
            }
        }
        #expect(test.eventually { test.versions("credit") == [1, 2] })
        #expect(try test.score("credit") == 2)
        // It was told once that there is something on its way, and never called broken.
        #expect(test.events.filter { $0 == "waiting credit/2" }.count == 1)
        #expect(!test.events.contains { $0.hasPrefix("failed") })
    }

    @Test func every_half_of_a_version_is_reported_as_loading() throws {
        let registry = TestRegistry()
        registry.write("credit", 1)
        let model = TestRegistry.scorecard(value: 2)
        registry.put(TestRegistry.manifest(of: model), "credit/2/manifest.json")
        registry.put(TestRegistry.manifest(of: model), "credit/3/manifest.json")
        registry.put(String(model.dropLast(10)), "credit/3/scorecard.json")
        registry.put(TestRegistry.manifest(of: model), "credit/4/manifest.json")
        registry.put(model.replacing("0.5", with: "0.6"), "credit/4/scorecard.json")
        registry.put(model, "credit/5/scorecard.json")
        let test = try TestStore(registry)
        #expect(test.versions("credit") == [1])
        for (version, part) in [
            (2, "scorecard.json: No such file"), (3, "scorecard.json has"),
            (4, "scorecard.json has SHA-256"), (5, "there is no manifest.json"),
        ] {
            let status = try #require(test.status("credit", version))
            #expect(status.state == .loading && status.reason.contains(part), "\(status.reason)")
        }
    }

    @Test func what_never_becomes_whole_is_called_broken_once_and_mended_later() throws {
        let registry = TestRegistry()
        registry.write("credit", 1)
        registry.put("{", "credit/2/manifest.json")
        let test = try TestStore(registry) { $0.settleTime = .milliseconds(60) }
        #expect(test.eventually { test.status("credit", 2)?.state == .unavailable })
        #expect(test.eventually { test.events.contains { $0.hasPrefix("failed credit/2") } })
        usleep(300_000)
        #expect(test.events.filter { $0.hasPrefix("failed credit/2") }.count == 1)
        #expect(try test.score("credit") == 1)
        registry.write("credit", 2)
        #expect(test.eventually { test.versions("credit") == [1, 2] })
    }

    @Test(arguments: [
        ("manifest", "manifest.json: decision.approveBelow is missing"),
        ("model", "scorecard.json"),
    ])
    func a_broken_version_is_refused_and_the_old_one_stays(what: String, reason: String) throws {
        let registry = TestRegistry()
        registry.write("credit", 1)
        let test = try TestStore(registry)
        if what == "manifest" {
            registry.write("credit", 2, extra: ", \"decision\": {}")
        } else {
            let model = "{\"format\": \"vigie-scorecard\"}"
            registry.put(model, "credit/2/scorecard.json")
            registry.put(TestRegistry.manifest(of: model), "credit/2/manifest.json")
        }
        #expect(test.eventually { test.events.contains { $0.hasPrefix("failed credit/2") } })
        let status = try #require(test.status("credit", 2))
        #expect(status.state == .unavailable && status.reason.contains(reason), "\(status.reason)")
        #expect(test.versions("credit") == [1])
        registry.publish("credit", 3)
        #expect(test.eventually { test.versions("credit") == [1, 3] })
    }
}
