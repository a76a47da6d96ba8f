import Glibc
import Testing
import VigieCrypto
import VigieEngine
import VigieRegistry

extension TestRegistry {
    /// The digest of a version's manifest as it is on disk.
    func manifestDigest(_ name: String, _ version: Int) throws -> String {
        let bytes = try OpenFolder("\(path)/\(name)/\(version)").read(
            "manifest.json", bytesMax: 1 << 20)
        return SHA256.digest(of: bytes).hex
    }

    /// Publishes a pipeline whose score is the sum of its members', each given as name, version, and
    /// the digest that it is pinned to.
    func publishSum(
        _ name: String, _ version: Int, of members: [(name: String, version: Int, digest: String)]
    ) {
        let pins = members.map {
            "\"\($0.name)\": {\"model\": \"\($0.name)\", \"version\": \($0.version), "
                + "\"manifestSHA256\": \"\($0.digest)\"}"
        }
        let steps = members.map { "{\"name\": \"\($0.name).score\", \"member\": \"\($0.name)\"}" }
        let sum = members.map { "`\($0.name).score`" }.joined(separator: " + ")
        let file = """
            {"format": "vigie-pipeline", "formatVersion": 1, "inputs": [{"name": "age", "missing": "allow"}],
             "members": {\(pins.joined(separator: ", "))},
             "steps": [\(steps.joined(separator: ", ")), {"name": "sum", "expression": "\(sum)"}],
             "outputs": [{"name": "sum"}], "score": {"value": "sum"}}
            """
        let digest = SHA256.digest(of: Array(file.utf8)).hex
        put(file, "\(name)/.\(version).tmp/pipeline.json")
        put(
            """
            {"flavor": "pipeline", "files": [{"path": "pipeline.json", "sha256": "\(digest)"}]}
            """, "\(name)/.\(version).tmp/manifest.json")
        rename("\(name)/.\(version).tmp", "\(name)/\(version)")
    }

    /// As ``publishSum(_:_:of:)``, each pinned to what is there.
    func publishSum(_ name: String, _ version: Int, of members: [(String, Int)]) throws {
        publishSum(
            name, version,
            of: try members.map { ($0.0, $0.1, try manifestDigest($0.0, $0.1)) })
    }
}

/// What a pipeline is made of: found, verified, shared, kept.
@Suite struct PipelineMembersTests {
    @Test func a_served_member_is_shared_and_not_loaded_twice() throws {
        let registry = TestRegistry()
        registry.write("a", 1)
        registry.write("b", 2)
        try registry.publishSum("z-sum", 1, of: [("a", 1), ("b", 2)])
        try registry.publishSum("another-sum", 1, of: [("a", 1)])
        let test = try TestStore(registry)
        #expect(try test.score("z-sum") == 3)
        #expect(try test.score("another-sum") == 1)
        func artifact(_ name: String) throws -> Artifact {
            try #require(test.store.table.find(name)?.current?.artifact)
        }
        let sum = try artifact("z-sum")
        let (a, b) = (try artifact("a"), try artifact("b"))
        #expect(sum.members.map(ObjectIdentifier.init) == [a, b].map(ObjectIdentifier.init))
        #expect(try artifact("another-sum").members.first === a)
        let all = [a, b, sum, try artifact("another-sum")]
        #expect(
            Artifact.memoryBytes(of: all) == all.reduce(0) { $0 + $1.memoryBytes },
            "each is counted once")
    }

    @Test func a_member_that_is_not_served_is_loaded_and_freed_with_the_pipeline() throws {
        let registry = TestRegistry()
        for version in 1...3 { registry.write("a", version) }
        try registry.publishSum("sum", 1, of: [("a", 1)])
        let test = try TestStore(registry) { $0.policies.standard = .latest(1) }
        #expect(test.versions("a") == [3])
        #expect(try test.score("sum") == 1)
        weak let member = test.store.table.find("sum")?.current?.artifact.members.first
        #expect(member != nil)
        registry.remove("sum/1")
        #expect(test.eventually { test.versions("sum").isEmpty })
        #expect(test.eventually { member == nil })
    }

    @Test func a_pipeline_keeps_its_members_whatever_becomes_of_their_folders() throws {
        let registry = TestRegistry()
        registry.write("a", 1)
        registry.write("b", 1)
        try registry.publishSum("sum", 1, of: [("a", 1), ("b", 1)])
        let test = try TestStore(registry)
        registry.write("a", 1, value: 50)
        registry.remove("b")
        #expect(test.eventually { test.versions("b").isEmpty })
        #expect(try test.score("sum") == 2)
        #expect(test.load("a") == nil)
        #expect(try test.score("a") == 50)
        #expect(try test.score("sum") == 2, "pinned members never change under a pipeline")
    }

    /// Names ascend or descend with the depth: members are loaded before, or for the sake of, others.
    @Test(arguments: [true, false])
    func depth_has_the_same_bound_in_whatever_order_versions_load(ascending: Bool) throws {
        let registry = TestRegistry()
        let names = (0...8).map { "m\(ascending ? $0 : 8 - $0)" }
        registry.write(names[0], 1)
        for level in 1...8 { try registry.publishSum(names[level], 1, of: [(names[level - 1], 1)]) }
        let test = try TestStore(registry)
        #expect(try test.score(names[7]) == 1)
        let status = test.store.statuses().first { $0.name == names[8] }
        #expect(status?.state == .unavailable)
        #expect(status?.reason.hasSuffix("pipelines within each other deeper than 8") == true)
        // Who adds a model is told the same.
        let loader = VersionLoader(FolderSource(registry.path))
        #expect(try ModelsVerify(loader, name: names[7]).isSound)
        let request = ModelsAdd.Request(
            file: "\(registry.path)/\(names[8])/1/pipeline.json", name: "added",
            created: "2026-11-25T18:00:00Z")
        #expect(throws: RegistryError.self) { try ModelsAdd(loader, request) }
    }

    @Test func a_member_of_another_digest_is_refused() throws {
        let registry = TestRegistry()
        registry.write("a", 1)
        registry.publishSum("sum", 1, of: [("a", 1, String(repeating: "0", count: 64))])
        let test = try TestStore(registry)
        let found = try registry.manifestDigest("a", 1)
        #expect(
            test.status("sum", 1)?.reason
                == "pipeline.json: members.a: a version 1 has a manifest of SHA-256 \(found), pinned "
                + "is \(String(repeating: "0", count: 64))")
    }

    @Test func a_member_whose_file_is_not_what_its_manifest_says_is_refused() throws {
        let registry = TestRegistry()
        registry.write("a", 1)
        try registry.publishSum("sum", 1, of: [("a", 1)])
        registry.put(TestRegistry.scorecard(value: 7), "a/1/scorecard.json")
        let test = try TestStore(registry)
        #expect(test.versions("sum").isEmpty)
        let reason = try #require(test.status("sum", 1)?.reason)
        #expect(
            reason.hasPrefix("pipeline.json: members.a: a version 1: scorecard.json has SHA-256"))
    }

    @Test func a_pipeline_waits_for_a_member_that_comes_later() throws {
        let other = TestRegistry()
        other.write("a", 1)
        let registry = TestRegistry()
        registry.publishSum("sum", 1, of: [("a", 1, try other.manifestDigest("a", 1))])
        let test = try TestStore(registry) {
            $0.settleTime = .zero
            $0.pollInterval = .milliseconds(50)
        }
        #expect(test.versions("sum").isEmpty)
        #expect(
            test.status("sum", 1)?.reason.contains("members.a: a version 1 cannot be had") == true)
        // Long after it has settled.
        usleep(300_000)
        registry.publish("a", 1)
        #expect(test.eventually { test.versions("sum") == [1] })
        #expect(try test.score("sum") == 1)
    }

    @Test func a_pipeline_of_pipelines_works_and_one_of_itself_is_refused() throws {
        let registry = TestRegistry()
        registry.write("a", 4)
        try registry.publishSum("inner", 1, of: [("a", 4)])
        try registry.publishSum("outer", 1, of: [("inner", 1), ("a", 4)])
        let nowhere = String(repeating: "1", count: 64)
        registry.publishSum("loop", 1, of: [("loop", 1, nowhere)])
        let test = try TestStore(registry)
        #expect(try test.score("outer") == 8)
        #expect(
            test.status("loop", 1)?.reason
                == "pipeline.json: members.loop: is a cycle: loop version 1 → loop version 1")
    }

    @Test func a_hundred_pipelines_swap_while_threads_score() throws {
        let registry = TestRegistry()
        registry.write("a", 1)
        registry.write("b", 1)
        try registry.publishSum("sum", 1, of: [("a", 1), ("b", 1)])
        let test = try TestStore(registry) { $0.policies.standard = .latest(1) }
        let witness = PipelineWitness()
        let store = test.store
        let threads = (0..<2).map { _ in TestThread { witness.hammer(store) } }
        for version in 2...40 {
            registry.publish("a", version)
            registry.publish("b", version)
            try registry.publishSum("sum", version, of: [("a", version), ("b", version)])
            #expect(test.eventually { test.versions("sum") == [version] })
            registry.remove("a/\(version - 1)")
            registry.remove("sum/\(version - 1)")
        }
        witness.stop()
        for thread in threads { thread.join() }
        #expect(witness.wrong == [])
        #expect(witness.calls > 100)
    }
}
