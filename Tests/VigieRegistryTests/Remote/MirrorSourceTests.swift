import Glibc
import Testing
import VigieCrypto

@testable import VigieRegistry

/// A store on a remote registry, its cache, and what happens when either fails.
@Suite struct MirrorSourceTests {
    private static func mirror(
        _ remote: FakeRemote, _ folder: TestRegistry, bytesMax: Int = 1 << 30
    )
        throws -> MirrorSource
    {
        var options = MirrorOptions()
        options.pollInterval = .milliseconds(20)
        options.pollIntervalMax = .milliseconds(50)
        options.startTimeout = .zero
        options.fetchRetry = .milliseconds(20)
        options.fetchRetryMax = .milliseconds(50)
        return MirrorSource(
            remote, try ContentCache("\(folder.path)/cache", bytesMax: bytesMax),
            options: options, counters: RemoteCounters())
    }

    private static func store(_ source: MirrorSource, _ policy: VersionPolicy = .latest(4))
        -> ModelStore
    {
        var options = StoreOptions()
        options.policies.standard = policy
        options.watches = false
        options.retryInterval = .milliseconds(20)
        options.removalGrace = .milliseconds(30)
        return ModelStore(source, options: options)
    }

    private static func versions(_ store: ModelStore) -> [Int] {
        store.table.find("credit")?.versions.map(\.version) ?? []
    }

    private static func eventually(_ condition: () -> Bool) -> Bool {
        let deadline = ContinuousClock.now + .seconds(20)
        while !condition() {
            if ContinuousClock.now > deadline { return false }
            usleep(2_000)
        }
        return true
    }

    @Test func versions_are_there_at_the_start_and_new_ones_follow() throws {
        let (remote, folder) = (FakeRemote(), TestRegistry())
        for version in 1...3 { remote.put("credit", version) }
        let source = try Self.mirror(remote, folder)
        let store = Self.store(source, .latest(2))
        try store.start()
        defer { store.stop() }
        #expect(Self.versions(store) == [2, 3])
        #expect(!remote.reads.contains { $0.hasPrefix("credit/1/") }, "nobody wants version 1")
        remote.put("credit", 4)
        #expect(Self.eventually { Self.versions(store) == [3, 4] })
        store.require(["credit": [1]])
        #expect(Self.eventually { Self.versions(store) == [1, 3, 4] })
        #expect(source.counters.now.fetched == 4)
    }

    @Test func a_version_on_its_way_is_loading_and_holds_up_nobody() throws {
        let (remote, folder) = (FakeRemote(), TestRegistry())
        remote.put("credit", 1)
        let store = Self.store(try Self.mirror(remote, folder))
        try store.start()
        defer { store.stop() }
        remote.content.withLock { $0.isHeld = true }
        remote.put("credit", 2)
        #expect(
            Self.eventually {
                store.statuses().contains {
                    $0.version == 2 && $0.state == .loading
                        && $0.reason == "it is being fetched from fake://registry"
                }
            })
        // The store's thread is free.
        let loaded = TestStore.waitFor { store.load("credit", $0) }
        #expect(loaded?.reason == .incomplete && Self.versions(store) == [1])
        remote.content.withLock { $0.isHeld = false }
        #expect(Self.eventually { Self.versions(store) == [1, 2] })
    }

    @Test func a_store_starts_from_the_cache_and_says_so() throws {
        let (remote, folder) = (FakeRemote(), TestRegistry())
        remote.put("credit", 1)
        remote.content.withLock { $0.labels["credit"] = ["champion": 1] }
        let first = Self.store(try Self.mirror(remote, folder))
        try first.start()
        first.stop()
        remote.content.withLock {
            $0.listError = RemoteError(.unavailable, "it is down")
            $0.reads = []
        }
        let source = try Self.mirror(remote, folder)
        let second = Self.store(source)
        try second.start()
        defer { second.stop() }
        #expect(Self.versions(second) == [1] && remote.reads.isEmpty)
        #expect(second.table.find("credit")?.labels.map(\.name) == ["champion"])
        #expect(try source.scan().problem.hasPrefix("it is down; what is known of it comes from"))
        remote.put("credit", 2)
        remote.content.withLock { $0.listError = nil }
        #expect(Self.eventually { Self.versions(second) == [1, 2] })
        #expect(try source.scan().problem.isEmpty)
    }

    @Test func a_required_version_is_loaded_from_the_cache_during_an_outage() throws {
        let (remote, folder) = (FakeRemote(), TestRegistry())
        for version in 1...3 { remote.put("credit", version) }
        let store = Self.store(try Self.mirror(remote, folder), .latest(1))
        store.require(["credit": [1]])
        try store.start()
        defer { store.stop() }
        #expect(Self.versions(store) == [1, 3])
        store.require([:])
        #expect(Self.eventually { Self.versions(store) == [3] })
        remote.content.withLock { $0.listError = RemoteError(.unavailable, "it is down") }
        store.require(["credit": [1]])
        #expect(Self.eventually { Self.versions(store) == [1, 3] })
    }

    @Test func without_a_cache_a_store_does_not_start() throws {
        let (remote, folder) = (FakeRemote(), TestRegistry())
        remote.content.withLock { $0.listError = RemoteError(.denied, "wrong key") }
        let store = Self.store(try Self.mirror(remote, folder))
        do throws(RegistryError) {
            try store.start()
            Issue.record("it started")
        } catch {
            #expect(error.reason == .folder && error.message.contains("wrong key"))
        }
    }

    @Test(.timeLimit(.minutes(1))) func a_source_stops_at_once_however_its_threads_sleep() throws {
        // One ring too few and a thread sleeps on for a minute.
        for _ in 0..<200 {
            let (remote, folder) = (FakeRemote(), TestRegistry())
            let source = try Self.mirror(remote, folder)
            try source.begin()
            source.follow {}
            if Bool.random() { usleep(200) }
            source.stop()
        }
    }

    @Test func a_download_that_fails_is_tried_until_it_works() throws {
        let (remote, folder) = (FakeRemote(), TestRegistry())
        remote.put("credit", 1)
        let store = Self.store(try Self.mirror(remote, folder))
        try store.start()
        defer { store.stop() }
        remote.content.withLock { $0.downloadError = RemoteError(.unavailable, "the line is cut") }
        remote.put("credit", 2)
        #expect(
            Self.eventually {
                store.statuses().contains { $0.version == 2 && $0.reason.contains("line is cut") }
            })
        remote.content.withLock { $0.downloadError = nil }
        #expect(Self.eventually { Self.versions(store) == [1, 2] })
    }

    @Test func a_damaged_cache_is_mended() throws {
        let (remote, folder) = (FakeRemote(), TestRegistry())
        remote.put("credit", 1)
        let first = Self.store(try Self.mirror(remote, folder))
        try first.start()
        first.stop()
        let blobs = "\(folder.path)/cache/blobs"
        let names = try FolderListing.names(in: blobs)
        let path = "\(blobs)/\(try #require(names.first))"
        chmod(path, 0o644)
        let size = try FileStamp(path: path).bytes
        folder.put([UInt8](repeating: 0x20, count: size), "cache/blobs/\(names[0])")
        let source = try Self.mirror(remote, folder)
        let second = Self.store(source)
        try second.start()
        defer { second.stop() }
        #expect(Self.versions(second) == [1] && source.counters.now.mended == 1)
    }

    @Test func a_cache_of_which_nothing_is_whole_is_mended() throws {
        let (remote, folder) = (FakeRemote(), TestRegistry())
        remote.put("credit", 1)
        let first = try Self.mirror(remote, folder)
        let store = Self.store(first)
        try store.start()
        let view = first.versionPath("credit", 1)
        store.stop()
        let blobs = try FolderListing.names(in: "\(folder.path)/cache/blobs")
        for path in blobs.map({ "\(folder.path)/cache/blobs/\($0)" }) + ["\(view)/manifest.json"] {
            // As after a disk has lost it: the same file, cut short.
            #expect(chmod(path, 0o644) == 0 && truncate(path, 3) == 0)
        }
        let source = try Self.mirror(remote, folder)
        let second = Self.store(source)
        try second.start()
        defer { second.stop() }
        #expect(Self.versions(second) == [1])
        #expect(source.counters.now.mended == 1)
    }

    /// Words that differ would count as a change each time: a full disk would be no failure for ever.
    @Test func what_the_cache_cannot_do_is_said_in_the_same_words_each_time() throws {
        let folder = TestRegistry()
        let cache = try ContentCache("\(folder.path)/cache", bytesMax: 1 << 20)
        func installing() -> FileError? {
            do throws(FileError) {
                try cache.install(
                    "\(cache.views)/r/credit/1/x",
                    blobs: [("scorecard.json", SHA256.digest(of: [1]))], texts: [])
                return nil
            } catch { return error }
        }
        func writing() -> FileError? {
            do throws(FileError) {
                _ = try cache.makePartial()
                return nil
            } catch { return error }
        }
        #expect(installing() != nil && installing() == installing())
        FolderTree.remove("\(cache.folder)/partial")
        #expect(writing() != nil && writing() == writing())
        #expect(writing()?.description.contains("cache/partial: No such file") == true)
    }

    @Test func what_a_pod_uses_stays_in_a_full_cache_and_the_oldest_rest_goes() throws {
        let (remote, folder) = (FakeRemote(), TestRegistry())
        for version in 1...6 { remote.put("credit", version) }
        // Room for three scorecards of some 230 bytes.
        let bytes = remote.content.withLock {
            $0.versions[VersionKey("credit", 1)]?["scorecard.json"]?.count ?? 0
        }
        for version in 1...6 {
            let source = try Self.mirror(remote, folder, bytesMax: bytes * 3 + 20)
            let store = Self.store(source, .specific([version]))
            try store.start()
            #expect(Self.versions(store) == [version])
            store.stop()
        }
        #expect(try FolderListing.names(in: "\(folder.path)/cache/blobs").count == 3)
    }

    @Test func a_saved_list_reads_the_same_and_a_hostile_one_is_refused() {
        var model = RemoteModel(name: "credit")
        model.versions = [RemoteVersion(number: 3, revision: "abc0")]
        model.labels = ["champion": 3]
        let listing = RemoteListing(models: [model])
        #expect(SavedList.read(Array(SavedList.text(listing).utf8)) == listing)
        for text in [
            "", "[]", #"{"models": [{"name": "../x", "versions": []}]}"#,
            #"{"models": [{"name": "a", "versions": [{"number": 1, "revision": "../../x"}]}]}"#,
            #"{"models": [{"name": "a", "versions": [{"number": 0, "revision": "a"}]}]}"#,
        ] {
            #expect(SavedList.read(Array(text.utf8)) == nil, "\(text)")
        }
    }
}
