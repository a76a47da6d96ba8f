import Glibc
import Synchronization
import Testing
import VigieEngine
import VigieRegistry

/// Versions come and go a hundred times while threads look models up and score with them.
@Suite struct HotSwapTests {
    /// What a scoring thread saw.
    private final class Witness: Sendable {
        let running = Atomic<Bool>(true)
        let calls = Atomic<Int>(0)
        let wrong = Mutex<[String]>([])
        func report(_ text: String) { wrong.withLock { if $0.count < 10 { $0.append(text) } } }
    }

    @Test func no_call_fails_and_no_model_is_half_loaded() throws {
        let registry = TestRegistry()
        registry.write("credit", 1)
        let test = try TestStore(registry) {
            $0.policies.standard = .latest(2)
            $0.removalGrace = .milliseconds(1)
        }
        let witness = Witness()
        let store = test.store
        let threads = (0..<3).map { _ in
            TestThread { Self.hammer(store, witness) }
        }
        for version in 2...101 {
            // Every third is written in place, half by half; every fifth is broken first.
            if version % 5 == 0 {
                registry.put("{\"flavor\": 1}", "credit/\(version)/manifest.json")
                usleep(3_000)
                registry.remove("credit/\(version)")
            }
            if version % 3 == 0 {
                registry.write("credit", version)
            } else {
                registry.publish("credit", version)
            }
            #expect(test.eventually { test.versions("credit").last == version })
            if version > 3 { registry.remove("credit/\(version - 3)") }
        }
        witness.running.store(false, ordering: .relaxed)
        for thread in threads { thread.join() }
        #expect(witness.wrong.withLock { $0 } == [])
        #expect(witness.calls.load(ordering: .relaxed) > 1_000)
    }

    private static func hammer(_ store: ModelStore, _ witness: Witness) {
        var newest = 0
        let name = Array("credit".utf8)
        while witness.running.load(ordering: .relaxed) {
            let table = store.table
            guard let entry = table.find(name.span.bytes), let model = entry.current else {
                witness.report("the model was not there after version \(newest)")
                continue
            }
            if model.version < newest { witness.report("\(model.version) after \(newest)") }
            newest = model.version
            for model in entry.versions {
                let workspace = model.artifact.makeWorkspace()
                workspace.row[0] = 45
                do {
                    let score = try model.artifact.score(workspace)
                    if score != Double(model.version) {
                        witness.report("version \(model.version) scored \(score)")
                    }
                } catch { witness.report("\(error)") }
            }
            witness.calls.wrappingAdd(1, ordering: .relaxed)
        }
    }

    @Test func memory_of_an_old_version_goes_with_its_last_holder() throws {
        let registry = TestRegistry()
        registry.write("credit", 1)
        let test = try TestStore(registry) { $0.policies.standard = .latest(1) }
        weak var model: LoadedModel?
        weak var artifact: Artifact?
        weak var table: ModelTable?
        do {
            let held = test.store.table
            table = held
            model = held.find("credit")?.current
            artifact = model?.artifact
            registry.publish("credit", 2)
            #expect(test.eventually { test.versions("credit") == [2] })
            // Whoever still holds the old table still has its models.
            #expect(model != nil && artifact != nil)
            withExtendedLifetime(held) {}
        }
        #expect(test.eventually { model == nil && artifact == nil && table == nil })
    }
}
