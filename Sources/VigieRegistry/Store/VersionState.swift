/// What the store knows of one version.
struct VersionState {
    enum Phase {
        /// Not tried: new, or not among those that are kept in memory.
        case idle
        /// Not whole yet, or not as its manifest says; tried again.
        case waiting
        /// Whole and of no use; tried again when its files change.
        case failed
        case ready(LoadedModel)
    }

    var phase = Phase.idle
    /// Whether the model's policy wants it; else somebody required it, or it is not to be loaded.
    var isKept = false
    /// Why it is not ready, or what is odd about it.
    var reason = ""
    /// Its files when they were last tried, or loaded.
    var stamp: VersionStamp?
    /// ``TrustHolder/generation`` when it was last tried.
    var trust: UInt64 = 0
    /// A pipeline that did not load: its members, whose files count like its own.
    var members: [VersionKey] = []
    /// When its files were last seen to have changed.
    var changedAt: ContinuousClock.Instant?
    /// Waiting: when to try again though nothing changed, and the wait after that.
    var retryAt: ContinuousClock.Instant?
    var retryInterval: Duration = .zero
    /// Waiting: whether it still counts as being written.
    var isSettling = false
    /// Since when its folder is gone.
    var missingSince: ContinuousClock.Instant?
    /// Ready: since when its files differ from what was loaded, and the stamp last looked into.
    var differsSince: ContinuousClock.Instant?
    var examined: VersionStamp?

    var model: LoadedModel? {
        if case .ready(let model) = phase { model } else { nil }
    }

    var status: ModelStatus.State {
        switch phase {
        case .ready: .ready
        case .waiting: isSettling ? .loading : .unavailable
        case .failed, .idle: .unavailable
        }
    }
}

/// What the store knows of one model.
struct ModelState {
    /// Unloaded on request, until a load.
    var isHidden = false
    var versions: [Int: VersionState] = [:]
    /// What in its folder is not as it should be.
    var problems: [String] = []
    /// What the registry's labels say.
    var wantedLabels: [String: Int] = [:]
    /// What they mean: the version that was ready when the label moved.
    var labels: [String: Int] = [:]
    /// Labels that do not mean what the registry says, for people.
    var labelProblems: [String] = []

    /// Those that are ready, ascending.
    var ready: [LoadedModel] {
        versions.values.compactMap(\.model).sorted { $0.version < $1.version }
    }

    /// What can be served of it. The current version is the newest that the policy keeps: one that
    /// is only required (a canary, say) does not take over by being there.
    func entry(_ name: String) -> ModelEntry? {
        let ready = ready
        guard !ready.isEmpty else { return nil }
        return ModelEntry(
            name: name, versions: ready,
            current: ready.last { versions[$0.version]?.isKept == true }, labels: labels)
    }
}
