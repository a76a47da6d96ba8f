import VigieEngine

/// One version: when it is tried, and what came of it.
extension StoreCore {
    struct Attempt: Sendable {
        let stamp: VersionStamp
        let trust: UInt64
        /// Of a pipeline that did not load.
        let members: [VersionKey]
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
        let stamp = source.stamp([VersionKey(name, version)] + state.members)
        guard stamp != state.stamp || loader.trust.generation != state.trust else { return false }
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
        state.trust = attempt.trust
        state.members = attempt.members
        state.retryAt = nil
        switch attempt.result {
        case .success(let model):
            state = VersionState(phase: .ready(model), stamp: attempt.stamp)
            events.append(.loaded(model))
        case .failure(let error) where error.reason == .fetching:
            // The source tells when it has it.
            state.phase = .waiting
            state.isSettling = true
            state.reason = error.message
        case .failure(let error) where error.reason == .incomplete:
            wait(&state, name, version, error, now: now)
        case .failure(let error):
            state.phase = .failed
            state.isSettling = false
            if isNews || state.reason != error.message {
                events.append(
                    .failed(name: name, version: version, error))
            }
            state.reason = error.message
        }
    }

    /// Decides whether an incomplete version is being written or broken, and when to look again.
    func wait(
        _ state: inout VersionState, _ name: String, _ version: Int, _ error: RegistryError,
        now: ContinuousClock.Instant
    ) {
        let reason = error.message
        let wasSettling = state.isSettling
        let isNews = wasSettling || state.reason != reason
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
            if error.isPassing { state.retryAt = now + options.passingRetryInterval }
            guard isNews || !error.isPassing else { return }
            events.append(.failed(name: name, version: version, error))
        }
    }

    /// Whether a loaded version's files are still what was loaded.
    func examine(
        _ state: inout VersionState, _ name: String, _ version: Int,
        now: ContinuousClock.Instant
    ) {
        guard let model = state.model else { return }
        let stamp = source.stamp([VersionKey(name, version)])
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
        let difference: String
        switch loader.difference(from: model) {
        case .unknown: return
        case .none:
            // Touched, or written again with the same content.
            state.differsSince = nil
            state.stamp = stamp
            state.reason = ""
            return
        case .other(let what): difference = what
        }
        state.differsSince = nil
        state.examined = stamp
        state.reason =
            "changed on disk since it was loaded (\(difference)); what was loaded is served on: "
            + "publish changes as a new version"
        events.append(.changedOnDisk(name: name, version: version, reason: state.reason))
    }
}

extension VersionLoader {
    /// The stamp is taken before reading: a change during the load shows as one after it.
    func attempt(_ name: String, _ version: Int) -> StoreCore.Attempt {
        let key = VersionKey(name, version)
        let trust = trust.generation
        // Whether it can be had shows in the stamp; why it cannot, when it is loaded.
        try? source.provide(name, version)
        var stamp = source.stamp([key])
        var result = Result { () throws(RegistryError) in try load(name, version) }
        var members: [VersionKey] = []
        if case .failure = result {
            addMembers(name, version, &members)
            if !members.isEmpty {
                // What it waits for may have come meanwhile.
                stamp = source.stamp([key] + members)
                result = Result { () throws(RegistryError) in try load(name, version) }
            }
        }
        if case .success = result, !members.isEmpty {
            members = []
            stamp = source.stamp([key])
        }
        return StoreCore.Attempt(stamp: stamp, trust: trust, members: members, result: result)
    }

    /// All members, and their members.
    private func addMembers(_ name: String, _ version: Int, _ all: inout [VersionKey]) {
        for member in (try? members(name, version)) ?? [] {
            let key = VersionKey(member.model, member.version)
            guard ModelName.isValid(member.model), !all.contains(key),
                all.count < PipelineLimits.membersMax
            else { continue }
            all.append(key)
            addMembers(member.model, member.version, &all)
        }
    }
}
