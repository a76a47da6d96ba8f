import CVigieSys
import Glibc
import Synchronization
import VigieCrypto
import VigieEngine

/// The models of a registry in memory, kept in line with its folder by a thread of its own.
///
/// A version is read, verified, compiled and warmed up before anybody can see it; then a new
/// ``ModelTable`` takes the place of the old one. Readers never wait: they hold a table, and what it
/// holds stays alive until they let go. See ``StoreCore`` for what is loaded and dropped when.
package final class ModelStore: Sendable {
    private let source: any RegistrySource
    private let options: StoreOptions
    private let trust: TrustHolder
    private let compile: VersionLoader.Compile
    private let onEvent: @Sendable (StoreEvent) -> Void
    private let published = Mutex(Published())
    private let observers = Mutex<[@Sendable (ModelTable) -> Void]>([])
    private let mailbox: StoreMailbox
    private let thread = Mutex<WorkThread?>(nil)
    private let required = Mutex<[String: Set<Int>]>([:])

    private struct Published {
        var table = ModelTable.empty
        var statuses: [ModelStatus] = []
    }

    /// Reads nothing yet.
    /// - Parameters:
    ///   - source: the registry.
    ///   - trust: whose manifests are believed.
    ///   - compile: how a model file becomes an artifact: the engine, unless a test has another.
    ///   - onEvent: what happens, for the log; see ``StoreEvent`` for the thread.
    package init(
        _ source: any RegistrySource, options: StoreOptions = StoreOptions(),
        trust: TrustHolder = TrustHolder(),
        compile: @escaping VersionLoader.Compile = { source throws(LoadError) in
            try source.load()
        },
        onEvent: @escaping @Sendable (StoreEvent) -> Void = { _ in }
    ) {
        self.source = source
        self.options = options
        self.trust = trust
        self.compile = compile
        self.onEvent = onEvent
        mailbox = StoreMailbox()
    }

    /// Loads what is there, publishes it, and starts to watch. Call it once. Versions that are
    /// broken are reported, not thrown.
    /// - Throws: `.folder` when the registry cannot be read, with what to do.
    package func start() throws(RegistryError) {
        let core = StoreCoreBox { box in
            StoreCore(
                loader: VersionLoader(source, trust: trust, compile: compile), options: options,
                publish: { [unowned box, unowned self] in publish(box.core, changed: $0) },
                report: { [onEvent] in onEvent($0) })
        }
        try source.begin()
        core.core.required = required.withLock { $0 }
        try core.core.start(now: .now)
        // Without a thread to watch, the store would serve what it has for ever: say so.
        guard let worker = WorkThread(name: "vigie-registry", { self.watch(core) }) else {
            throw RegistryError(
                .folder,
                "the system gives no thread to watch \(source.place): raise its limit (ulimit -u)")
        }
        thread.withLock { $0 = worker }
        source.follow { [mailbox] in
            _ = mailbox.post(StoreMailbox.Command(action: .look) { _ in })
        }
    }

    /// What can be served now. Any thread.
    package var table: ModelTable { published.withLock { $0.table } }

    /// How each version stands. Any thread.
    package func statuses() -> [ModelStatus] { published.withLock { $0.statuses } }

    /// Calls `body` with the table now, on this thread, and then after each publication, on the
    /// store's; never with an older table after a newer one. `body` must be quick and must not call
    /// `onChange` itself.
    package func onChange(_ body: @escaping @Sendable (ModelTable) -> Void) {
        observers.withLock {
            $0.append(body)
            body(table)
        }
    }

    /// Loads a model now, also after ``unload(_:_:)``; `done` is called on the store's thread, with
    /// the reason if the newest version did not load.
    package func load(_ name: String, _ done: @escaping @Sendable (RegistryError?) -> Void) {
        post(StoreMailbox.Command(action: .load(name), done: done))
    }

    /// Takes a model out of the table until a load; `done` is called on the store's thread.
    package func unload(_ name: String, _ done: @escaping @Sendable (RegistryError?) -> Void) {
        post(StoreMailbox.Command(action: .unload(name), done: done))
    }

    /// Says which versions must be in memory besides those that the policies keep: it replaces what
    /// was said before. They are loaded at once, on the store's thread (those that are said before
    /// ``start()``, in it), and may leave memory when they are no longer said. Those that cannot be
    /// loaded show in ``statuses()`` with the reason; they are loaded when they come. Of a model that
    /// was unloaded by ``unload(_:_:)`` nothing is. Any thread; returns at once.
    package func require(_ versions: [String: Set<Int>]) {
        required.withLock { $0 = versions }
        // A store that has been stopped keeps what it has.
        _ = mailbox.post(StoreMailbox.Command(action: .require(versions)) { _ in })
    }

    /// Looks at the folder now rather than at the next change; `done` is called on the store's
    /// thread when everything that was there has been dealt with.
    package func refresh(_ done: @escaping @Sendable (RegistryError?) -> Void) {
        post(StoreMailbox.Command(action: .look, done: done))
    }

    /// Believes these keys from now on, and tries again what was refused before. What serves, serves on.
    /// Any thread; returns at once.
    /// - Returns: what that changes; nil for nothing.
    package func replaceTrust(_ keys: [Ed25519.PublicKey]) -> TrustHolder.Change? {
        guard let change = trust.replace(keys) else { return nil }
        source.retryRefused()
        refresh { _ in }
        return change
    }

    /// Ends the watching and waits for the store's thread. What is loaded stays in ``table``.
    package func stop() {
        source.stop()
        mailbox.close()
        let worker = thread.withLock { thread in
            defer { thread = nil }
            return thread
        }
        if let worker, !worker.isCurrent { worker.join() }
    }

    private func post(_ command: StoreMailbox.Command) {
        guard mailbox.post(command) else {
            command.done(RegistryError(.stopped, "the model store has been stopped"))
            return
        }
    }

    private func publish(_ core: StoreCore, changed: Bool) {
        let statuses = core.statuses()
        guard changed else {
            published.withLock { $0.statuses = statuses }
            return
        }
        let entries = core.models.compactMap { name, model in model.entry(name) }
        let (new, old) = published.withLock { published in
            let old = published.table
            let table = ModelTable(entries: entries, generation: old.generation + 1)
            published.table = table
            published.statuses = statuses
            return (table, old)
        }
        // The old table dies outside the lock: its models' memory may take a while to free.
        withExtendedLifetime(old) {
            observers.withLock { for observer in $0 { observer(new) } }
        }
    }

    // MARK: The store's thread

    private func watch(_ box: StoreCoreBox) {
        let core = box.core
        let folders = options.watches ? FolderWatch() : nil
        if options.watches, folders == nil {
            onEvent(.watchLimited(reason: "inotify is not to be had here: the folder is polled"))
        }
        var isLimited = false
        var pollInterval = options.pollInterval
        while true {
            // A folder that is watched only now may have changed before: look until none is new.
            var update = FolderWatch.Update.same
            repeat {
                let start = ContinuousClock.now
                core.look(now: start)
                pollInterval = max(options.pollInterval, (.now - start) * 50)
                update = folders?.watch(core.watchedFolders()) ?? .same
            } while update == .added
            if update == .full, !isLimited {
                isLimited = true
                onEvent(
                    .watchLimited(
                        reason: "fs.inotify.max_user_watches is used up: raise it, or wait for "
                            + "polling to notice changes"))
            }
            let poll = ContinuousClock.now + pollInterval
            let wait = StoreWait(mailbox: mailbox, watch: folders, options: options)
            wait.wait(until: min(core.wakeAt ?? poll, poll))
            guard carryOut(mailbox.take(), core) else { return }
        }
    }

    /// - Returns: false when the store has been stopped.
    private func carryOut(_ commands: StoreMailbox.Content, _ core: StoreCore) -> Bool {
        for command in commands.commands {
            guard !commands.isClosed else {
                command.done(RegistryError(.stopped, "the model store has been stopped"))
                continue
            }
            do {
                switch command.action {
                case .load(let name): try core.load(name, now: .now)
                case .unload(let name): try core.unload(name)
                case .look: core.look(now: .now)
                case .require(let versions): core.require(versions, now: .now)
                }
                command.done(nil)
            } catch { command.done(error) }
        }
        return !commands.isClosed
    }
}

/// Carries the core from the thread that starts the store to the store's own, which is started after
/// that and from then on the only one to touch it.
private final class StoreCoreBox: @unchecked Sendable {
    private var made: StoreCore?

    init(_ make: (StoreCoreBox) -> StoreCore) { made = make(self) }

    /// Set by `init`, before anybody can ask.
    var core: StoreCore { made! }
}
