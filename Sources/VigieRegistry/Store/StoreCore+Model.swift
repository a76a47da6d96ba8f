/// One model: which of its versions are loaded, kept and dropped.
extension StoreCore {
    /// Brings one model in line with its folder.
    /// - Returns: whether its ready versions are others now.
    func reconcile(_ folder: ModelFolder, now: ContinuousClock.Instant) -> Bool {
        let name = folder.name
        guard isServed(name) else { return false }
        var model = models[name] ?? ModelState()
        model.problems = folder.problems
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
        if !model.isHidden { changed = loadNewest(folder.versions, of: name, &model, now: now) }
        changed = dropMissing(present, of: name, &model, now: now) || changed
        let isGone = model.versions.isEmpty && folder.versions.isEmpty && !model.isHidden
        // A folder without versions stays listed, as long as it is there.
        models[name] = isGone && !folderExists(name) ? nil : model
        return changed
    }

    private func folderExists(_ name: String) -> Bool {
        (try? FileStamp(path: source.modelPath(name)))?.isFolder ?? false
    }

    /// Goes from the newest version down until enough are ready, and drops what is older.
    private func loadNewest(
        _ versions: [Int], of name: String, _ model: inout ModelState,
        now: ContinuousClock.Instant
    ) -> Bool {
        var changed = false
        var kept = 0
        for version in versions.reversed() {
            var state = model.versions[version] ?? VersionState()
            state.missingSince = nil
            if kept >= max(options.keepVersions, 1) {
                let reason = "superseded: the newest \(options.keepVersions) versions are kept"
                if state.model != nil {
                    events.append(.superseded(name: name, version: version))
                    changed = true
                    state = VersionState(reason: reason)
                } else if case .idle = state.phase {
                    state.reason = reason
                }
            } else if state.model != nil {
                examine(&state, name, version, now: now)
                kept += 1
            } else if isDue(&state, name, version, now: now) {
                apply(attempt(name, version), to: &state, name, version, now: now)
                if state.model != nil {
                    kept += 1
                    changed = true
                }
            }
            if let retryAt = state.retryAt { wake(at: retryAt) }
            model.versions[version] = state
        }
        return changed
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
