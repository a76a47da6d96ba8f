/// The store's decisions: what to load, try again, keep and drop, given what is on disk and what
/// time it is. It has no thread, clock or watch of its own; it belongs to one thread at a time.
///
/// The rules:
/// - In memory are the newest ``StoreOptions/keepVersions`` versions of a model **that load**. A
///   broken one takes nobody's place.
/// - A version is immutable. When its files change or vanish after it was loaded, what was loaded
///   is served on and the change reported; ``load(_:now:)`` takes the changed files in.
/// - When a version's folder is gone (for ``StoreOptions/removalGrace``), it is unloaded. If it was
///   the newest, the next one takes over; if it was the last, the model is gone. Older versions
///   that had left memory come back in its place, in the same step.
/// - When the registry's root, or a model's folder, cannot be read, everything stays. So it does
///   when the root is suddenly empty and another folder than before: a mount that was lost.
final class StoreCore {
    let options: StoreOptions
    let source: FolderSource
    let loader: VersionLoader
    private(set) var models: [String: ModelState] = [:]
    private var events: [StoreEvent] = []
    private var root: (device: UInt64, inode: UInt64)?
    private var isUnreadable = false
    /// When to look again though nothing changed, before the poll interval has passed.
    private(set) var wakeAt: ContinuousClock.Instant?
    /// Called after each model, with whether the ready versions are others; then ``report`` with
    /// what happened, in order.
    private let publish: (_ changed: Bool) -> Void
    private let report: (StoreEvent) -> Void

    init(
        loader: VersionLoader, options: StoreOptions, publish: @escaping (_ changed: Bool) -> Void,
        report: @escaping (StoreEvent) -> Void
    ) {
        self.loader = loader
        self.options = options
        source = loader.source
        self.publish = publish
        self.report = report
    }

    // MARK: What the shell calls

    /// The first look: loads everything on several threads, publishes once.
    /// - Throws: when the folder cannot be read.
    func start(now: ContinuousClock.Instant) throws(RegistryError) {
        let snapshot = try source.scan()
        let first = firstVersions(snapshot)
        let results = first.parallelMap(threads: options.loadThreads) { [loader] item in
            Attempt(
                stamp: VersionStamp(path: loader.source.versionPath(item.name, item.version)),
                result: loader.attempt(item.name, item.version))
        }
        for (item, attempt) in zip(first, results) {
            var state = models[item.name]?.versions[item.version] ?? VersionState()
            apply(attempt, to: &state, item.name, item.version, now: now)
            models[item.name, default: ModelState()].versions[item.version] = state
        }
        wakeAt = nil
        for model in snapshot.models { _ = reconcile(model, now: now) }
        root = (snapshot.device, snapshot.inode)
        flush(changed: true)
    }

    /// Looks at the folder and brings the models in line with it.
    func look(now: ContinuousClock.Instant) {
        wakeAt = nil
        let snapshot: FolderSnapshot
        do { snapshot = try source.scan() } catch {
            unreadable(error.message)
            return
        }
        if let root, snapshot.models.isEmpty, hasReadyModels,
            root != (snapshot.device, snapshot.inode)
        {
            unreadable(
                "\(source.root) is empty and another folder than before, as when a volume is no "
                    + "longer mounted; everything is served on from memory")
            return
        }
        root = (snapshot.device, snapshot.inode)
        if isUnreadable {
            isUnreadable = false
            events.append(.folderReadable)
        }
        for model in snapshot.models where reconcile(model, now: now) { flush(changed: true) }
        let present = Set(snapshot.models.map(\.name))
        for name in models.keys.sorted()
        where !present.contains(name) && reconcile(ModelFolder(name: name), now: now) {
            flush(changed: true)
        }
        flush(changed: false)
    }

    /// Loads a model now: shown again if it was unloaded, broken versions tried again, changed
    /// files taken in.
    /// - Throws: when there is no such model, or its newest version does not load; an older one may
    ///   then be served all the same.
    func load(_ name: String, now: ContinuousClock.Instant) throws(RegistryError) {
        guard let folder = try source.scan().models.first(where: { $0.name == name }),
            isServed(name), !folder.versions.isEmpty
        else {
            throw RegistryError(
                .notFound, "there is no model '\(name)' with a version in \(source.root)")
        }
        var model = models[name] ?? ModelState()
        model.isHidden = false
        var replaced = false
        var failure: RegistryError?
        for version in folder.versions {
            guard var state = model.versions[version] else { continue }
            if let old = state.model {
                if loader.difference(from: old) != nil {
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
        guard let newest = folder.versions.last, let state = models[name]?.versions[newest] else {
            return
        }
        switch state.phase {
        case .ready: return
        case .waiting: throw RegistryError(.incomplete, "version \(newest): \(state.reason)")
        case .failed, .idle: throw RegistryError(.refused, "version \(newest): \(state.reason)")
        }
    }

    /// Takes a model out of memory until ``load(_:now:)``.
    func unload(_ name: String) throws(RegistryError) {
        guard var model = models[name] else {
            throw RegistryError(.notFound, "there is no model '\(name)' in \(source.root)")
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

    // MARK: One model

    /// Brings one model in line with its folder.
    /// - Returns: whether its ready versions are others now.
    private func reconcile(_ folder: ModelFolder, now: ContinuousClock.Instant) -> Bool {
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

    // MARK: One version

    struct Attempt: Sendable {
        let stamp: VersionStamp
        let result: Result<LoadedModel, RegistryError>
    }

    /// The stamp is taken before reading: a change during the load shows as one after it.
    private func attempt(_ name: String, _ version: Int) -> Attempt {
        Attempt(
            stamp: VersionStamp(path: source.versionPath(name, version)),
            result: loader.attempt(name, version))
    }

    private func isDue(
        _ state: inout VersionState, _ name: String, _ version: Int,
        now: ContinuousClock.Instant
    ) -> Bool {
        if case .idle = state.phase { return true }
        if let retryAt = state.retryAt, now >= retryAt { return true }
        let stamp = VersionStamp(path: source.versionPath(name, version))
        guard stamp != state.stamp else { return false }
        state.changedAt = now
        state.retryInterval = .zero
        return true
    }

    private func apply(
        _ attempt: Attempt, to state: inout VersionState, _ name: String, _ version: Int,
        now: ContinuousClock.Instant
    ) {
        let isNews = state.stamp != attempt.stamp
        state.stamp = attempt.stamp
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
                events.append(.failed(name: name, version: version, reason: error.message))
            }
            state.reason = error.message
        }
    }

    /// Decides whether an incomplete version is being written or broken, and when to look again.
    private func wait(
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
            events.append(.failed(name: name, version: version, reason: reason))
        }
    }

    /// Whether a loaded version's files are still what was loaded.
    private func examine(
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

    // MARK: Helpers

    private func isServed(_ name: String) -> Bool { options.models?.contains(name) ?? true }

    private var hasReadyModels: Bool { models.values.contains { !$0.ready.isEmpty } }

    private func wake(at time: ContinuousClock.Instant) {
        wakeAt = min(wakeAt ?? time, time)
    }

    private func firstVersions(_ snapshot: FolderSnapshot) -> [(name: String, version: Int)] {
        snapshot.models.filter { isServed($0.name) }.flatMap { model in
            model.versions.suffix(max(options.keepVersions, 1)).reversed()
                .map { (name: model.name, version: $0) }
        }
    }

    private func unreadable(_ reason: String) {
        if !isUnreadable { events.append(.folderUnreadable(reason: reason)) }
        isUnreadable = true
        flush(changed: false)
    }

    /// Publishes, then tells what happened: a log line never speaks of what is not yet served.
    private func flush(changed: Bool) {
        let pending = events
        events.removeAll()
        publish(changed)
        for event in pending { report(event) }
    }
}

extension VersionLoader {
    func attempt(_ name: String, _ version: Int) -> Result<LoadedModel, RegistryError> {
        do { return .success(try load(name, version)) } catch { return .failure(error) }
    }
}
