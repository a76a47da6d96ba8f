/// What the shell wants to know.
extension StoreCore {
    /// How every version stands, by name and version.
    func statuses() -> [ModelStatus] {
        var all: [ModelStatus] = []
        for (name, model) in models.sorted(by: { $0.key < $1.key }) {
            for problem in model.problems {
                all.append(
                    ModelStatus(name: name, version: nil, state: .unavailable, reason: problem))
            }
            if model.versions.isEmpty && model.problems.isEmpty {
                all.append(
                    ModelStatus(
                        name: name, version: nil, state: .unavailable,
                        reason: "there is no version in its folder"))
            }
            for problem in model.labelProblems {
                all.append(
                    ModelStatus(name: name, version: nil, state: .loading, reason: problem))
            }
            for (version, state) in model.versions.sorted(by: { $0.key < $1.key }) {
                all.append(
                    ModelStatus(
                        name: name, version: version, state: state.status, reason: state.reason,
                        labels: model.labels.filter { $0.value == version }.keys.sorted()))
            }
        }
        addAbsent(&all)
        return all
    }

    /// Versions that somebody named and that are not in the registry.
    private func addAbsent(_ all: inout [ModelStatus]) {
        var named = required.mapValues { (versions: $0, by: "required by a rollout") }
        let names = Set(options.policies.models.keys).union(models.keys)
        for name in names {
            guard case .specific(let versions) = options.policies[name] else { continue }
            named[name] = (versions.union(required[name] ?? []), "named by the version policy")
        }
        for (name, wanted) in named {
            let known = models[name]?.versions ?? [:]
            for version in wanted.versions where known[version] == nil {
                let by = isRequired(name, version) ? "required by a rollout" : wanted.by
                all.append(
                    ModelStatus(
                        name: name, version: version, state: .unavailable,
                        reason: isServed(name)
                            ? "\(by), but not in the registry"
                            : "\(by), but this pod does not serve the model"))
            }
        }
        // By name and version, as the others.
        all.sort { ($0.name, $0.version ?? 0) < ($1.name, $1.version ?? 0) }
    }

    /// The folders whose changes are worth waking up for.
    func watchedFolders() -> [String] {
        source.watchedFolders(
            models.mapValues { model in
                guard !model.isHidden else { return [] }
                return model.versions.compactMap { version, state in
                    if case .idle = state.phase { nil } else { version }
                }
            })
    }
}
