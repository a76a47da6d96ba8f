import Synchronization
import VigieEngine
import VigieHTTP
import VigieRegistry
import VigieTransport

/// Knows all objects of a kind, and keeps knowing them: lists them, watches from there on, lists anew
/// when the server has forgotten where the watch was (410 Gone), and comes back after any failure. What
/// is known stays while the server is gone. Runs on a thread of its own.
package final class ListWatch: Sendable {
    /// What its owner is told, on its thread, one call after the other.
    package struct Handlers: Sendable {
        /// All objects there are, in the order of their names, whenever they have changed.
        var changed: @Sendable ([JSONValue]) -> Void
        /// What stands in the way; nil when nothing does any more.
        var obstacle: @Sendable (KubernetesError?) -> Void

        package init(
            changed: @escaping @Sendable ([JSONValue]) -> Void,
            obstacle: @escaping @Sendable (KubernetesError?) -> Void
        ) {
            self.changed = changed
            self.obstacle = obstacle
        }
    }

    private let client: KubernetesClient
    private let path: ResourcePath
    private let options: ListWatchOptions
    private let handlers: Handlers
    private let cancellation = HTTPCancellation()
    private let bell: Doorbell
    private let thread = Mutex<WorkThread?>(nil)
    private let counts = Mutex(ListWatchCounts())

    package init(
        _ client: KubernetesClient, _ path: ResourcePath,
        options: ListWatchOptions = ListWatchOptions(), handlers: Handlers
    ) throws(SystemError) {
        bell = try Doorbell()
        self.client = client
        self.path = path
        self.options = options
        self.handlers = handlers
    }

    /// Begins; once.
    package func start() {
        let thread = WorkThread(name: "vigie-watch") { [self] in run() }
        self.thread.withLock { $0 = thread }
    }

    /// Ends it, and waits for its thread.
    package func stop() {
        cancellation.cancel()
        bell.ring()
        thread.withLock { thread in
            thread?.join()
            thread = nil
        }
    }

    /// What it has done so far.
    package var statistics: ListWatchCounts { counts.withLock { $0 } }

    private func run() {
        var store = ObjectStore()
        var backoff = options.backoff
        var isCertain = false
        while !cancellation.isCancelled {
            do throws(KubernetesError) {
                if store.resourceVersion.isEmpty {
                    let before = store.objects
                    try list(&store)
                    if store.objects != before || counts.withLock({ $0.lists == 1 }) {
                        handlers.changed(store.sorted)
                    }
                } else if !isCertain {
                    // A watch may be silent for long: whether the server is back is asked for.
                    try probe()
                }
                note(nil)
                isCertain = true
                let began = ContinuousClock.now
                if try watch(&store) || began.duration(to: .now) > Self.steady {
                    backoff.reset()
                } else {
                    nap(&backoff)
                }
            } catch {
                switch error.reason {
                case .cancelled: return
                case .gone:
                    // Nothing is wrong: so it goes with a server that has compacted its history.
                    counts.withLock { $0.expired += 1 }
                    store.expire()
                case .unreachable where isCertain:
                    // Watches break now and then; only who cannot come back has an obstacle.
                    isCertain = false
                    nap(&backoff)
                default:
                    isCertain = false
                    counts.withLock { $0.failures += 1 }
                    note(error)
                    nap(&backoff, atLeast: error.retryAfter)
                }
            }
        }
    }

    /// A watch that lasted so long was a good one even when it told nothing.
    private static let steady = Duration.seconds(1)

    private func nap(_ backoff: inout Backoff, atLeast: Duration? = nil) {
        let pause = backoff.next(random: .random(in: 0...1), atLeast: atLeast)
        bell.wait(until: MonotonicTime.now().advanced(by: pause))
    }

    private func note(_ obstacle: KubernetesError?) {
        counts.withLock { $0.isConnected = obstacle == nil }
        handlers.obstacle(obstacle)
    }

    private func list(_ store: inout ObjectStore) throws(KubernetesError) {
        let list = try client.list(
            path, labelSelector: options.labelSelector, pageSize: options.pageSize,
            objectsMax: options.objectsMax, cancellation)
        store.replace(list.objects, resourceVersion: list.resourceVersion)
        counts.withLock { $0.lists += 1 }
    }

    private func probe() throws(KubernetesError) {
        _ = try client.send("GET", path, query: [("limit", "1")], cancellation: cancellation)
    }

    /// Follows changes until the server ends the watch, as it does now and then.
    /// - Returns: whether it told anything.
    private func watch(_ store: inout ObjectStore) throws(KubernetesError) -> Bool {
        // Watches of many pods must not all end at once.
        let seconds = Int(Double(options.watchSeconds) * .random(in: 1...2))
        var query = [
            ("watch", "true"), ("allowWatchBookmarks", "true"),
            ("resourceVersion", store.resourceVersion), ("timeoutSeconds", String(seconds)),
        ]
        if let selector = options.labelSelector { query.append(("labelSelector", selector)) }
        var splitter = LineSplitter()
        var failure: KubernetesError?
        var known = store
        defer { store = known }
        counts.withLock { $0.watches += 1 }
        var hasTold = false
        do throws(KubernetesError) {
            try client.stream(
                path, query: query, silenceMax: options.silenceMax, cancellation: cancellation
            ) { bytes in
                hasTold = true
                do throws(KubernetesError) { try self.take(bytes, &splitter, &known) } catch {
                    failure = error
                }
                return failure == nil
            }
        } catch { throw failure ?? error }
        return hasTold
    }

    private func take(
        _ bytes: RawSpan, _ splitter: inout LineSplitter, _ store: inout ObjectStore
    ) throws(KubernetesError) {
        var hasChanged = false
        // What came before a failure counts.
        defer { if hasChanged { handlers.changed(store.sorted) } }
        for line in try splitter.add(bytes) {
            let event = try WatchEvent(line: line)
            if case .failed(let status) = event {
                throw KubernetesError(watchStatus: status, asked: "watch of \(path.path)")
            }
            counts.withLock { $0.events += 1 }
            if store.apply(event) { hasChanged = true }
            guard store.objects.count <= options.objectsMax else {
                throw KubernetesError(
                    .tooLarge, "\(path.path): there are more than \(options.objectsMax)")
            }
        }
    }
}
