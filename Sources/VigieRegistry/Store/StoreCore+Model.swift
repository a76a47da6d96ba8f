/// One model: which of its versions are loaded, kept and dropped.
extension StoreCore {
    /// Brings one model in line with its folder.
    /// - Returns: whether its ready versions are others now.
    func reconcile(_ folder: ModelListing, now: ContinuousClock.Instant) -> Bool {
        let name = folder.name
        guard isServed(name) else { return false }
        var model = models[name] ?? ModelState()
        model.problems = folder.problems
        model.wantedLabels = folder.labels ?? model.wantedLabels
        if folder.isUnreadable {
            models[name] = model
            return false
        }
        let present = Set(folder.versions)
        for version in present where model.versions[version] == nil {
            model.versions[version] = VersionState(
                reason: model.isHidden ? "unloaded on request" : "")
        }
        var changed = false
        if !model.isHidden { changed = loadWanted(folder.versions, of: name, &model, now: now) }
        changed = dropMissing(present, of: name, &model, now: now) || changed
        changed = moveLabels(of: name, &model) || changed
        let isGone = model.versions.isEmpty && folder.versions.isEmpty && !model.isHidden
        // A folder without versions stays listed, as long as it is there.
        models[name] = isGone && !source.hasModel(name) ? nil : model
        return changed
    }

    /// Goes from the newest version down, loads what the policy keeps and what is required, and
    /// drops the rest.
    private func loadWanted(
        _ versions: [Int], of name: String, _ model: inout ModelState,
        now: ContinuousClock.Instant
    ) -> Bool {
        let policy = options.policies[name]
        var changed = false
        var kept = 0
        for version in versions.reversed() {
            var state = model.versions[version] ?? VersionState()
            state.missingSince = nil
            let isKept = policy.keeps(version, newerKept: kept)
            if !isKept && !isRequired(name, version) && !model.isLabelled(version) {
                changed = drop(&state, name, version, policy.reasonForOthers) || changed
            } else if state.model != nil {
                examine(&state, name, version, now: now)
            } else if isDue(&state, name, version, now: now) {
                apply(attempt(name, version), to: &state, name, version, now: now)
                changed = state.model != nil || changed
            }
            // Decides which one is current.
            if state.model != nil, state.isKept != isKept { changed = true }
            state.isKept = isKept
            if isKept && state.model != nil { kept += 1 }
            if let retryAt = state.retryAt { wake(at: retryAt) }
            model.versions[version] = state
        }
        return changed
    }

    /// Takes a version that nobody wants out of memory; what is known to be broken stays known.
    /// - Returns: whether it was there.
    private func drop(
        _ state: inout VersionState, _ name: String, _ version: Int, _ reason: String
    ) -> Bool {
        if case .failed = state.phase { return false }
        let wasReady = state.model != nil
        if wasReady { events.append(.superseded(name: name, version: version, reason: reason)) }
        state = VersionState(reason: reason)
        return wasReady
    }

    private func dropMissing(
        _ present: Set<Int>, of name: String, _ model: inout ModelState,
        now: ContinuousClock.Instant
    ) -> Bool {
        var changed = false
        for (version, state) in model.versions where !present.contains(version) {
            guard state.model != nil else {
                model.versions[version] = nil
                continue
            }
            let since = state.missingSince ?? now
            model.versions[version]?.missingSince = since
            guard now - since >= options.removalGrace else {
                wake(at: since + options.removalGrace)
                continue
            }
            model.versions[version] = nil
            events.append(
                .unloaded(name: name, version: version, reason: "its folder was removed"))
            changed = true
        }
        return changed
    }
}
