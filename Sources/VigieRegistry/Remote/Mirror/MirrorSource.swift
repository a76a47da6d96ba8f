import Glibc
import Synchronization
import VigieCrypto
import VigieHTTP

/// A remote registry as a source of folders: its list in memory, the versions that are wanted in a
/// ``ContentCache``. Threads of its own look at the list and read files; who asks is told that files
/// are on their way, or waits for them before ``follow(_:)`` is called.
package final class MirrorSource: RegistrySource {
    let remote: any RemoteRegistry
    let cache: ContentCache
    let options: MirrorOptions
    package let counters: RemoteCounters
    let state = Mutex(State())
    let cancellation = HTTPCancellation()
    let pollBell = Bell()
    let fetchBell = Bell()
    private let trust: TrustHolder
    /// The registry's part of paths in the cache.
    private let id: String
    private let threads = Mutex<[WorkThread]>([])

    struct State {
        var listing = RemoteListing()
        /// Why the list is old; empty when it is not.
        var problem = ""
        /// When the registry last gave its list; nil for a list from the cache.
        var listedAt: ContinuousClock.Instant?
        var hasList = false
        var fetches: [VersionKey: FetchState] = [:]
        /// To be read, in this order.
        var queue: [VersionKey] = []
        var onChange: (@Sendable () -> Void)?
        var isStopped = false
        var cacheBytes = 0
    }

    package init(
        _ remote: any RemoteRegistry, _ cache: ContentCache, trust: TrustHolder = TrustHolder(),
        options: MirrorOptions = MirrorOptions(), counters: RemoteCounters
    ) {
        self.remote = remote
        self.cache = cache
        self.trust = trust
        self.options = options
        self.counters = counters
        id = String(SHA256.digest(of: Array(remote.place.utf8)).hex.prefix(16))
    }

    package var place: String { remote.place }

    // MARK: The list

    package func begin() throws(RegistryError) {
        let saved = cache.readList(of: id).flatMap(SavedList.read)
        // Whoever has something to begin with need not wait for more than one request's tries.
        let patience = saved == nil ? options.startTimeout : .zero
        let deadline = ContinuousClock.now + patience
        while true {
            do throws(RemoteError) {
                try takeList()
                return
            } catch {
                if error.reason == .unavailable, ContinuousClock.now < deadline { continue }
                guard let saved else {
                    throw RegistryError(
                        .folder,
                        "\(remote.place) cannot be read, and there is nothing of it in "
                            + "\(cache.folder): \(error)")
                }
                state.withLock {
                    $0.listing = saved
                    $0.hasList = true
                    $0.problem = "\(error.message); what is known of it comes from \(cache.folder)"
                }
                return
            }
        }
    }

    /// Reads the list and keeps it.
    /// - Returns: whether it is another than before.
    @discardableResult
    func takeList() throws(RemoteError) -> Bool {
        let listing = try remote.list(cancellation)
        let isSuspicious = state.withLock { state in
            state.listing.models.contains { !$0.versions.isEmpty }
                && !listing.models.contains { !$0.versions.isEmpty }
        }
        guard !isSuspicious else {
            throw RemoteError(
                .refused(.other),
                "\(remote.place) is suddenly empty, as when a bucket or prefix was renamed; "
                    + "everything is served on")
        }
        let changed = state.withLock { state in
            let changed = state.listing != listing || !state.problem.isEmpty || !state.hasList
            state.listing = listing
            state.problem = ""
            state.hasList = true
            state.listedAt = .now
            return changed
        }
        if changed {
            // Without it a start during an outage is not possible, but serving is.
            try? cache.saveList(SavedList.text(listing), of: id)
        }
        return changed
    }

    package func scan() throws(RegistryError) -> RegistrySnapshot {
        let (listing, problem, hasList) = state.withLock { ($0.listing, $0.problem, $0.hasList) }
        if !hasList { try begin() }
        var snapshot = RegistrySnapshot(
            models: (hasList ? listing : state.withLock { $0.listing }).models.map { model in
                var one = ModelListing(name: model.name, versions: model.versions.map(\.number))
                one.labels = model.labels
                one.problems = model.problems
                return one
            })
        snapshot.problem = hasList ? problem : state.withLock { $0.problem }
        return snapshot
    }

    package func hasModel(_ name: String) -> Bool {
        state.withLock { $0.listing.models.contains { $0.name == name } }
    }

    package func watchedFolders(_ models: [String: [Int]]) -> [String] { [] }

    // MARK: Files

    package func versionPath(_ name: String, _ version: Int) -> String {
        let key = VersionKey(name, version)
        let revision = state.withLock { $0.listing.version(key)?.revision } ?? "none"
        return cache.viewPath(id, key, revision)
    }

    package func stamp(_ versions: [VersionKey]) -> VersionStamp {
        let values = state.withLock { state in
            versions.map { key in
                let revision = state.listing.version(key)?.revision ?? ""
                let fetch = state.fetches[key]
                let known = fetch?.revision == revision ? fetch?.stamp : nil
                return "\(revision) \(known ?? "idle")"
            }
        }
        return VersionStamp(of: values, changed: 0)
    }

    package func provide(_ name: String, _ version: Int) throws(RegistryError) {
        let key = VersionKey(name, version)
        guard let listed = state.withLock({ $0.listing.version(key) }) else {
            throw RegistryError(.incomplete, "there is no \(name) version \(version) in \(place)")
        }
        if let refusal = listed.refusal { throw refusal }
        let path = cache.viewPath(id, key, listed.revision)
        if cache.hasView(path) {
            cache.touch(path)
            state.withLock { state in
                var fetch = Self.fetch(of: key, listed.revision, state)
                fetch.phase = .ready
                state.fetches[key] = fetch
            }
            return
        }
        let (isFollowing, known) = state.withLock { state in
            (state.onChange != nil, Self.fetch(of: key, listed.revision, state))
        }
        guard isFollowing else {
            if case .failed(let error) = known.phase, let retryAt = known.retryAt, retryAt > .now {
                throw error
            }
            let outcome = fetchNow(key, listed)
            return try outcome.get()
        }
        try enqueue(key, listed.revision)
    }

    func path(of key: VersionKey, _ revision: String) -> String {
        cache.viewPath(id, key, revision)
    }

    /// Puts a version into the queue, unless it is there or has failed already.
    private func enqueue(_ key: VersionKey, _ revision: String) throws(RegistryError) {
        let (isNew, failure) = state.withLock { state in
            var fetch = Self.fetch(of: key, revision, state)
            defer { state.fetches[key] = fetch }
            switch fetch.phase {
            case .failed(let error): return (false, Optional(error))
            case .fetching: return (false, nil)
            case .idle, .ready:
                fetch.phase = .fetching
                state.queue.append(key)
                return (true, nil)
            }
        }
        if isNew { fetchBell.ring() }
        throw failure ?? RegistryError(.fetching, "it is being fetched from \(place)")
    }

    static func fetch(of key: VersionKey, _ revision: String, _ state: State) -> FetchState {
        guard let fetch = state.fetches[key], fetch.revision == revision else {
            var fetch = FetchState()
            fetch.revision = revision
            return fetch
        }
        return fetch
    }

    /// Reads a version's files on this thread.
    func fetchNow(_ key: VersionKey, _ version: RemoteVersion) -> Result<Void, RegistryError> {
        let path = cache.viewPath(id, key, version.revision)
        let fetch = VersionFetch(
            remote: remote, cache: cache, trust: trust.policy, counters: counters,
            versionBytesMax: options.versionBytesMax, cancellation: cancellation)
        let result = Result { () throws(RegistryError) in
            try fetch.run(key, version, into: path)
        }
        var isReady = false
        if case .success = result { isReady = true }
        counters.update { counts in
            if isReady { counts.fetched += 1 } else { counts.fetchFailures += 1 }
        }
        note(key, version.revision, result)
        if isReady { sweep() }
        return result
    }

    package func mend(_ name: String, _ version: Int) -> Bool {
        let key = VersionKey(name, version)
        guard let listed = state.withLock({ $0.listing.version(key) }) else { return false }
        let path = cache.viewPath(id, key, listed.revision)
        let isFirst = state.withLock { state in
            var fetch = Self.fetch(of: key, listed.revision, state)
            guard case .ready = fetch.phase, !fetch.isMended else { return false }
            fetch.isMended = true
            fetch.phase = .idle
            state.fetches[key] = fetch
            return true
        }
        guard isFirst else { return false }
        cache.discardDamaged(path)
        counters.update { $0.mended += 1 }
        return true
    }

    package func retryRefused() {
        state.withLock { state in
            for (key, fetch) in state.fetches {
                guard case .failed = fetch.phase else { continue }
                state.fetches[key]?.retryAt = .now
            }
        }
        fetchBell.ring()
    }

    // MARK: Threads

    package func follow(_ onChange: @escaping @Sendable () -> Void) {
        state.withLock { $0.onChange = onChange }
        var started: [WorkThread] = []
        if let thread = WorkThread(name: "vigie-remote", { self.pollForever() }) {
            started.append(thread)
        }
        for _ in 0..<options.fetchThreads {
            if let thread = WorkThread(name: "vigie-fetch", { self.fetchForever() }) {
                started.append(thread)
            }
        }
        threads.withLock { $0 = started }
    }

    package func stop() {
        state.withLock { $0.isStopped = true }
        cancellation.cancel()
        let running = threads.withLock { threads in
            defer { threads = [] }
            return threads
        }
        pollBell.ring()
        fetchBell.ring()
        for thread in running { thread.join() }
    }
}
