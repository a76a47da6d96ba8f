/// What is done because somebody asked for it.
extension StoreCore {
    /// Loads a model now: shown again if it was unloaded, broken versions tried again, changed
    /// files taken in.
    /// - Throws: when there is no such model, or its newest wanted version does not load; an older one may
    ///   then be served all the same.
    func load(_ name: String, now: ContinuousClock.Instant) throws(RegistryError) {
        guard let folder = try source.scan().models.first(where: { $0.name == name }),
            isServed(name), !folder.versions.isEmpty
        else {
            throw RegistryError(
                .notFound, "there is no model '\(name)' with a version in \(source.place)")
        }
        var model = models[name] ?? ModelState()
        model.isHidden = false
        var replaced = false
        var failure: RegistryError?
        for version in folder.versions {
            guard var state = model.versions[version] else { continue }
            if let old = state.model {
                if case .other = loader.difference(from: old) {
                    let attempt = attempt(name, version)
                    if case .failure(let error) = attempt.result {
                        if version == folder.versions.last { failure = error }
                    } else {
                        state = VersionState()
                        apply(attempt, to: &state, name, version, now: now)
                        replaced = true
                    }
                }
            } else {
                state = VersionState()
            }
            model.versions[version] = state
        }
        models[name] = model
        let changed = reconcile(folder, now: now)
        flush(changed: changed || replaced)
        if let failure { throw failure }
        let states = models[name]?.versions ?? [:]
        // The newest that is wanted: others have not been tried.
        for version in folder.versions.reversed() {
            guard let state = states[version] else { continue }
            switch state.phase {
            case .idle: continue
            case .ready: return
            case .waiting: throw RegistryError(.incomplete, "version \(version): \(state.reason)")
            case .failed: throw RegistryError(.refused, "version \(version): \(state.reason)")
            }
        }
        throw RegistryError(
            .notFound,
            "model '\(name)' has none of the versions that the version policy keeps "
                + "(\(options.policies[name])), only \(folder.versions.map(String.init).joined(separator: ", "))"
        )
    }

    /// Loads the versions that were not required before, and drops those that no longer are.
    func require(_ versions: [String: Set<Int>], now: ContinuousClock.Instant) {
        guard versions != required else { return }
        required = versions
        look(now: now)
    }

    /// Takes a model out of memory until ``load(_:now:)``.
    func unload(_ name: String) throws(RegistryError) {
        guard var model = models[name] else {
            throw RegistryError(.notFound, "there is no model '\(name)' in \(source.place)")
        }
        let ready = model.ready
        model.isHidden = true
        for version in model.versions.keys {
            model.versions[version] = VersionState(reason: "unloaded on request")
        }
        models[name] = model
        for old in ready {
            events.append(.unloaded(name: name, version: old.version, reason: "on request"))
        }
        flush(changed: !ready.isEmpty)
    }
}
