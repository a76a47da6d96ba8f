/// The store's decisions: what to load, try again, keep and drop, given what is on disk and what
/// time it is. It has no thread, clock or watch of its own; it belongs to one thread at a time.
///
/// The rules:
/// - In memory are the versions that ``StoreOptions/policies`` keep: of "the newest four", the
///   newest four **that load**; a broken one takes nobody's place. Besides those, the versions that
///   are required by number (``ModelStore/require(_:)``), whose model has not been unloaded.
/// - A version is immutable. When its files change or vanish after it was loaded, what was loaded
///   is served on and the change reported; ``load(_:now:)`` takes the changed files in.
/// - When a version's folder is gone (for ``StoreOptions/removalGrace``), it is unloaded. If it was
///   the newest, the next one takes over; if it was the last, the model is gone. Older versions
///   that had left memory come back in its place, in the same step.
/// - So are versions that a label names. A label moves only to a version that is loaded.
/// - When the registry's root, or a model's folder, cannot be read, everything stays. So it does
///   when the root is suddenly empty and another folder than before: a mount that was lost.
final class StoreCore {
    let options: StoreOptions
    let source: any RegistrySource
    let loader: VersionLoader
    var models: [String: ModelState] = [:]
    var events: [StoreEvent] = []
    /// Versions by model that are to be in memory whatever the policy keeps.
    var required: [String: Set<Int>] = [:]
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
            loader.attempt(item.name, item.version)
        }
        for (item, attempt) in zip(first, results) {
            var state = models[item.name]?.versions[item.version] ?? VersionState()
            apply(attempt, to: &state, item.name, item.version, now: now)
            models[item.name, default: ModelState()].versions[item.version] = state
        }
        wakeAt = nil
        for model in snapshot.models { _ = reconcile(model, now: now) }
        root = (snapshot.device, snapshot.inode)
        if !snapshot.problem.isEmpty { noteUnreadable(snapshot.problem) }
        flush(changed: true)
    }

    /// Looks at the folder and brings the models in line with it.
    func look(now: ContinuousClock.Instant) {
        wakeAt = nil
        let snapshot: RegistrySnapshot
        do { snapshot = try source.scan() } catch {
            unreadable(error.message)
            return
        }
        if let root, snapshot.models.isEmpty, hasReadyModels,
            root != (snapshot.device, snapshot.inode)
        {
            unreadable(
                "\(source.place) is empty and another folder than before, as when a volume is no "
                    + "longer mounted; everything is served on from memory")
            return
        }
        root = (snapshot.device, snapshot.inode)
        if !snapshot.problem.isEmpty {
            noteUnreadable(snapshot.problem)
        } else if isUnreadable {
            isUnreadable = false
            events.append(.folderReadable)
        }
        for model in snapshot.models where reconcile(model, now: now) { flush(changed: true) }
        let present = Set(snapshot.models.map(\.name))
        for name in models.keys.sorted()
        where !present.contains(name) && reconcile(ModelListing(name: name), now: now) {
            flush(changed: true)
        }
        flush(changed: false)
    }

    // MARK: Helpers

    func isServed(_ name: String) -> Bool { options.models?.contains(name) ?? true }

    func isRequired(_ name: String, _ version: Int) -> Bool {
        required[name]?.contains(version) ?? false
    }

    private var hasReadyModels: Bool { models.values.contains { !$0.ready.isEmpty } }

    func wake(at time: ContinuousClock.Instant) {
        wakeAt = min(wakeAt ?? time, time)
    }

    private func firstVersions(_ snapshot: RegistrySnapshot) -> [(name: String, version: Int)] {
        snapshot.models.filter { isServed($0.name) }.flatMap { model in
            let policy = options.policies[model.name]
            return model.versions.reversed().enumerated()
                .filter { policy.keeps($1, newerKept: $0) || isRequired(model.name, $1) }
                .map { (name: model.name, version: $1) }
        }
    }

    private func unreadable(_ reason: String) {
        noteUnreadable(reason)
        flush(changed: false)
    }

    private func noteUnreadable(_ reason: String) {
        if !isUnreadable { events.append(.folderUnreadable(reason: reason)) }
        isUnreadable = true
    }

    /// Publishes, then tells what happened: a log line never speaks of what is not yet served.
    func flush(changed: Bool) {
        let pending = events
        events.removeAll()
        publish(changed)
        for event in pending { report(event) }
    }
}
