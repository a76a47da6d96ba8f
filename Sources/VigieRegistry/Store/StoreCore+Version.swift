import VigieEngine

/// One version: when it is tried, and what came of it.
extension StoreCore {
    struct Attempt: Sendable {
        let stamp: VersionStamp
        /// Of a pipeline that did not load.
        let memberFolders: [String]
        let result: Result<LoadedModel, RegistryError>
    }

    /// The stamp is taken before reading: a change during the load shows as one after it.
    func attempt(_ name: String, _ version: Int) -> Attempt { loader.attempt(name, version) }

    func isDue(
        _ state: inout VersionState, _ name: String, _ version: Int,
        now: ContinuousClock.Instant
    ) -> Bool {
        if case .idle = state.phase { return true }
        if let retryAt = state.retryAt, now >= retryAt { return true }
        let stamp = VersionStamp(paths: [source.versionPath(name, version)] + state.memberFolders)
        guard stamp != state.stamp else { return false }
        state.changedAt = now
        state.retryInterval = .zero
        return true
    }

    func apply(
        _ attempt: Attempt, to state: inout VersionState, _ name: String, _ version: Int,
        now: ContinuousClock.Instant
    ) {
        let isNews = state.stamp != attempt.stamp
        state.stamp = attempt.stamp
        state.memberFolders = attempt.memberFolders
        state.retryAt = nil
        switch attempt.result {
        case .success(let model):
            state = VersionState(phase: .ready(model), stamp: attempt.stamp)
            events.append(.loaded(model))
        case .failure(let error) where error.reason == .incomplete:
            wait(&state, name, version, error.message, now: now)
        case .failure(let error):
            state.phase = .failed
            state.isSettling = false
            if isNews || state.reason != error.message {
                events.append(
                    .failed(
                        name: name, version: version, kind: error.reason, reason: error.message))
            }
            state.reason = error.message
        }
    }

    /// Decides whether an incomplete version is being written or broken, and when to look again.
    func wait(
        _ state: inout VersionState, _ name: String, _ version: Int, _ reason: String,
        now: ContinuousClock.Instant
    ) {
        let wasSettling = state.isSettling
        if case .waiting = state.phase {} else { state.isSettling = false }
        // At first sight the file system tells how long ago something changed.
        let changedAt = state.changedAt ?? now - (state.stamp?.age() ?? .zero)
        state.changedAt = changedAt
        state.phase = .waiting
        state.reason = reason
        state.isSettling = now - changedAt < options.settleTime
        if state.isSettling {
            state.retryInterval = min(
                max(state.retryInterval * 2, options.retryInterval), options.retryIntervalMax)
            state.retryAt = now + state.retryInterval
            if !wasSettling {
                events.append(.waiting(name: name, version: version, reason: reason))
            }
        } else {
            events.append(
                .failed(name: name, version: version, kind: .incomplete, reason: reason))
        }
    }

    /// Whether a loaded version's files are still what was loaded.
    func examine(
        _ state: inout VersionState, _ name: String, _ version: Int,
        now: ContinuousClock.Instant
    ) {
        guard let model = state.model else { return }
        let stamp = VersionStamp(path: source.versionPath(name, version))
        guard stamp != state.stamp else {
            state.differsSince = nil
            return
        }
        guard stamp != state.examined else { return }
        // Give a removal or a copy the time to end before all files are read again.
        let since = state.differsSince ?? now
        state.differsSince = since
        guard now - since >= options.debounceMax else {
            wake(at: since + options.debounceMax)
            return
        }
        state.differsSince = nil
        state.examined = stamp
        guard let difference = loader.difference(from: model) else {
            // Touched, or written again with the same content.
            state.stamp = stamp
            state.reason = ""
            return
        }
        state.reason =
            "changed on disk since it was loaded (\(difference)); what was loaded is served on: "
            + "publish changes as a new version"
        events.append(.changedOnDisk(name: name, version: version, reason: state.reason))
    }
}

extension VersionLoader {
    /// The stamp is taken before reading: a change during the load shows as one after it.
    func attempt(_ name: String, _ version: Int) -> StoreCore.Attempt {
        let path = source.versionPath(name, version)
        var stamp = VersionStamp(path: path)
        var result = Result { () throws(RegistryError) in try load(name, version) }
        var folders: [String] = []
        if case .failure = result {
            addMemberFolders(name, version, &folders)
            if !folders.isEmpty {
                // What it waits for may have come meanwhile.
                stamp = VersionStamp(paths: [path] + folders)
                result = Result { () throws(RegistryError) in try load(name, version) }
            }
        }
        if case .success = result, !folders.isEmpty {
            folders = []
            stamp = VersionStamp(path: path)
        }
        return StoreCore.Attempt(stamp: stamp, memberFolders: folders, result: result)
    }

    /// The folders of all members, and their members.
    private func addMemberFolders(_ name: String, _ version: Int, _ folders: inout [String]) {
        for member in (try? members(name, version)) ?? [] {
            let path = source.versionPath(member.model, member.version)
            guard ModelName.isValid(member.model), !folders.contains(path),
                folders.count < PipelineLimits.membersMax
            else { continue }
            folders.append(path)
            addMemberFolders(member.model, member.version, &folders)
        }
    }
}
