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
            for (version, state) in model.versions.sorted(by: { $0.key < $1.key }) {
                all.append(
                    ModelStatus(
                        name: name, version: version, state: state.status, reason: state.reason))
            }
        }
        return all
    }

    /// The folders whose changes are worth waking up for.
    func watchedFolders() -> [String] {
        var paths = [source.root]
        for (name, model) in models {
            paths.append(source.modelPath(name))
            guard !model.isHidden else { continue }
            for (version, state) in model.versions {
                if case .idle = state.phase { continue }
                paths.append(source.versionPath(name, version))
            }
        }
        return paths
    }
}
