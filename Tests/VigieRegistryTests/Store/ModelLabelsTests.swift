import Testing

@testable import VigieRegistry

@Suite struct ModelLabelsTests {
    private static func registry(_ versions: ClosedRange<Int>, labels: String) -> TestRegistry {
        let registry = TestRegistry()
        for version in versions { registry.write("credit", version) }
        registry.put(labels, "credit/labels.json")
        return registry
    }

    private static func labels(_ test: TestStore) -> [String: Int] {
        let labels = test.store.table.find("credit")?.labels ?? []
        return Dictionary(uniqueKeysWithValues: labels.map { ($0.name, $0.model.version) })
    }

    @Test func a_label_keeps_its_version_in_memory() throws {
        let registry = Self.registry(1...9, labels: #"{"champion": 2, "challenger": 9}"#)
        let test = try TestStore(registry) { $0.policies.standard = .latest(2) }
        #expect(test.versions("credit") == [2, 8, 9])
        #expect(Self.labels(test) == ["champion": 2, "challenger": 9])
        #expect(test.store.table.find("credit")?.current?.version == 9)
    }

    @Test func a_label_moves_at_once_to_a_version_that_loads_and_frees_the_old_one() throws {
        let registry = Self.registry(1...5, labels: #"{"champion": 1}"#)
        let test = try TestStore(registry) { $0.policies.standard = .latest(1) }
        #expect(test.versions("credit") == [1, 5])
        registry.put(#"{"champion": 3}"#, "credit/labels.json")
        #expect(test.eventually { Self.labels(test) == ["champion": 3] })
        #expect(test.eventually { test.versions("credit") == [3, 5] })
        #expect(test.events.contains("label credit@champion 3"))
        registry.remove("credit/labels.json")
        #expect(test.eventually { Self.labels(test).isEmpty && test.versions("credit") == [5] })
    }

    @Test func a_label_stays_until_its_new_version_is_loaded() throws {
        let registry = Self.registry(1...2, labels: #"{"champion": 1}"#)
        registry.write("credit", 3, extra: ", \"labels\": 1")
        let test = try TestStore(registry)
        registry.put(#"{"champion": 3, "next": 7}"#, "credit/labels.json")
        #expect(
            test.eventually {
                test.store.statuses().contains {
                    $0.reason
                        == "label 'champion' waits for version 3, and stays at version 1: "
                        + "manifest.json: labels must be an array, not a number"
                }
            })
        #expect(Self.labels(test) == ["champion": 1])
        #expect(
            test.store.statuses().contains {
                $0.reason == "label 'next' waits for version 7: it is not in the registry"
            })
        registry.publish("credit", 7)
        #expect(test.eventually { Self.labels(test) == ["champion": 1, "next": 7] })
    }

    @Test(arguments: [
        ("[]", "must be an object"), (#"{"v3": 1}"#, "v3 must be named by"),
        (#"{"3": 1}"#, "must be named by"), (#"{"a b": 1}"#, "must be named by"),
        (#"{"a": "1"}"#, "a must be a number"), (#"{"a": 0}"#, "a must be from 1"),
        ("{", "is no valid JSON"),
    ])
    func a_wrong_file_is_told_and_labels_stay_where_they_were(text: String, reason: String) throws {
        let registry = Self.registry(1...3, labels: #"{"champion": 1}"#)
        let test = try TestStore(registry) { $0.policies.standard = .latest(1) }
        registry.put(text, "credit/labels.json")
        #expect(
            test.eventually {
                test.store.statuses().contains {
                    $0.version == nil && $0.reason.hasPrefix("labels.json: ")
                        && $0.reason.contains(reason)
                }
            }, "\(test.store.statuses())")
        #expect(Self.labels(test) == ["champion": 1] && test.versions("credit") == [1, 3])
    }

    @Test func what_is_written_reads_the_same() throws {
        let labels = ["champion": 3, "challenger": 12, "A_b-9": 1]
        #expect(try ModelLabels.read(Array(ModelLabels.text(labels).utf8)) == labels)
    }
}
