import VigieHTTP

/// What the mirror's own threads do.
extension MirrorSource {
    var isStopped: Bool { state.withLock { $0.isStopped } }

    private func tell() { state.withLock { $0.onChange }?() }

    /// Looks at the list again and again.
    func pollForever() {
        var failures = 0
        while !isStopped {
            let base = min(
                options.pollInterval * (1 << min(failures, 10)),
                max(options.pollInterval, options.pollIntervalMax))
            pollBell.wait(atMost: base * Double.random(in: 0.5...1.5))
            guard !isStopped else { return }
            do throws(RemoteError) {
                failures = 0
                if try takeList() { tell() }
            } catch {
                failures += 1
                noteOutage(error)
            }
        }
    }

    private func noteOutage(_ error: RemoteError) {
        let isNews = state.withLock { state in
            defer { state.problem = error.message }
            return state.problem.isEmpty
        }
        if isNews { tell() }
    }

    /// Reads what is in the queue, and what failed once its time has come.
    func fetchForever() {
        // One ring may wake one thread only, however often it rang: each passes the end on.
        defer { fetchBell.ring() }
        while !isStopped {
            guard let (key, version) = nextFetch() else {
                fetchBell.wait(atMost: untilRetry())
                continue
            }
            _ = fetchNow(key, version)
            tell()
            // Another thread may be asleep while there is more to do.
            fetchBell.ring()
        }
    }

    private func nextFetch() -> (VersionKey, RemoteVersion)? {
        state.withLock { state in
            while !state.queue.isEmpty {
                let key = state.queue.removeFirst()
                guard let version = state.listing.version(key) else {
                    state.fetches[key] = nil
                    continue
                }
                var fetch = Self.fetch(of: key, version.revision, state)
                fetch.phase = .fetching
                fetch.isRunning = true
                state.fetches[key] = fetch
                return (key, version)
            }
            let now = ContinuousClock.now
            for (key, fetch) in state.fetches where !fetch.isRunning {
                guard let retryAt = fetch.retryAt, retryAt <= now else { continue }
                guard let version = state.listing.version(key),
                    version.revision == fetch.revision
                else {
                    state.fetches[key] = nil
                    continue
                }
                // It counts as failed until it is there.
                state.fetches[key]?.isRunning = true
                return (key, version)
            }
            return nil
        }
    }

    private func untilRetry() -> Duration {
        let first = state.withLock { state in
            state.fetches.values.filter { !$0.isRunning }.compactMap(\.retryAt).min()
        }
        guard let first else { return .seconds(60) }
        return max(first - .now, .milliseconds(1))
    }

    /// What has come of a download.
    func note(_ key: VersionKey, _ revision: String, _ result: Result<Void, RegistryError>) {
        state.withLock { state in
            var fetch = Self.fetch(of: key, revision, state)
            fetch.isRunning = false
            switch result {
            case .success:
                fetch.phase = .ready
                fetch.failures = 0
                fetch.retryAt = nil
            case .failure(let error):
                fetch.phase = .failed(error)
                fetch.failures += 1
                let wait = min(
                    options.fetchRetry * (1 << min(fetch.failures - 1, 10)), options.fetchRetryMax)
                fetch.retryAt = .now + wait * Double.random(in: 0.5...1)
            }
            // The list may have changed meanwhile: then this is old news.
            if state.fetches[key]?.revision ?? revision == revision { state.fetches[key] = fetch }
        }
    }

    /// Keeps the cache within its bound; what this pod has in memory stays.
    func sweep() {
        let inUse = state.withLock { state in
            state.fetches.compactMap { key, fetch in
                if case .ready = fetch.phase { (key, fetch.revision) } else { nil }
            }
        }
        let paths = Set(inUse.map { path(of: $0.0, $0.1) })
        for path in paths { cache.touch(path) }
        let (evicted, bytes) = cache.sweep(inUse: paths)
        counters.update { $0.evicted += UInt64(evicted) }
        state.withLock { $0.cacheBytes = bytes }
    }
}
