import Synchronization
import VigieEngine
import VigieRegistry
import VigieRollouts
import VigieRouting
import VigieTelemetry
import VigieTransport

/// The ModelRollouts of a namespace of a Kubernetes cluster. What was known last goes on while the API
/// server is gone, also over a restart when a cache file is given. Nothing is ever written to the API.
package final class ClusterRolloutSource: RolloutSource, MetricSource {
    package struct Options: Sendable {
        /// Nil is that of the configuration.
        package var namespace: String?
        package var labelSelector: String?
        /// Where the rollouts that were told last are kept; nil keeps none.
        package var cacheFile: String?

        package init() {}
    }

    private let client: KubernetesClient
    private let namespace: String
    private let options: Options
    private let warn: @Sendable (String) -> Void
    private let state: Mutex<State>
    private let firstBell: Doorbell

    private struct State {
        var watch: ListWatch?
        var cache: RolloutCache?
        /// Something has been told, by the server or the cache.
        var hasTold = false
        var obstacle: String?
        var cacheProblem = ""
    }

    /// - Parameter warn: gets what is wrong with the cache file, for the log.
    package init(
        _ client: KubernetesClient, _ options: Options,
        warn: @escaping @Sendable (String) -> Void
    ) throws(SystemError) {
        self.client = client
        self.options = options
        self.warn = warn
        firstBell = try Doorbell()
        namespace = options.namespace ?? client.configuration.namespace
        var state = State()
        if let file = options.cacheFile {
            state.cache = RolloutCache(
                file: file, server: client.configuration.server, namespace: namespace)
        }
        self.state = Mutex(state)
    }

    /// "modelrollouts of scoring at https://10.0.0.1:443".
    package var place: String {
        "modelrollouts of \(namespace) at \(client.configuration.server)"
    }

    package func start(_ sink: any RolloutSink) throws(RolloutSourceError) {
        readCache(sink)
        var watching = ListWatchOptions()
        watching.labelSelector = options.labelSelector
        let handlers = ListWatch.Handlers(
            changed: { [weak self] objects in self?.tell(objects, sink) },
            obstacle: { [weak self] error in
                sink.note(obstacle: error.map { "the API server: \($0)" })
                self?.state.withLock { $0.obstacle = error?.message }
            })
        do throws(SystemError) {
            let watch = try ListWatch(
                client, RolloutResource.path(namespace: namespace), options: watching,
                handlers: handlers)
            state.withLock { $0.watch = watch }
            watch.start()
        } catch { throw RolloutSourceError("\(place) cannot be watched: \(error)") }
    }

    package func stop() {
        let watch = state.withLock { state in
            defer { state.watch = nil }
            return state.watch
        }
        watch?.stop()
    }

    /// Waits until rollouts are known, from the server or the cache: so a pod that starts does not
    /// answer with the newest version what a rollout keeps for the one before.
    /// - Throws: when nothing is known after that time, with what stands in the way.
    package func waitForFirst(atMost duration: Duration) throws(RolloutSourceError) {
        let deadline = MonotonicTime.now().advanced(by: duration)
        while true {
            let (isKnown, obstacle) = state.withLock { ($0.hasTold, $0.obstacle) }
            if isKnown { return }
            guard MonotonicTime.now() < deadline else {
                throw RolloutSourceError(
                    "\(place) are not known, and there is no --rollouts-cache to begin with: "
                        + (obstacle ?? "the API server does not answer"))
            }
            firstBell.wait(until: deadline)
        }
    }

    private func readCache(_ sink: any RolloutSink) {
        do throws(KubernetesError) {
            guard let objects = try state.withLock({ $0.cache })?.read() else { return }
            sink.apply(
                objects.map { object in
                    var document = RolloutResource.document(object)
                    document.origin += " (as of \(options.cacheFile ?? ""))"
                    return document
                })
            state.withLock { $0.hasTold = true }
        } catch { warn("--rollouts-cache: \(error)") }
    }

    private func tell(_ objects: [JSONValue], _ sink: any RolloutSink) {
        let documents = objects.map(RolloutResource.document)
        sink.apply(documents)
        let problem = state.withLock { state -> String? in
            state.hasTold = true
            do throws(KubernetesError) {
                try state.cache?.write(documents.map(\.content))
                state.cacheProblem = ""
                return nil
            } catch {
                defer { state.cacheProblem = error.message }
                return state.cacheProblem == error.message ? nil : error.message
            }
        }
        firstBell.ring()
        if let problem { warn("--rollouts-cache: \(problem)") }
    }

    // MARK: Metrics

    package func metricFamilies() -> [MetricFamily] {
        let counts = state.withLock { $0.watch }?.statistics ?? ListWatchCounts()
        func counter(_ name: String, _ help: String, _ value: UInt64) -> MetricFamily {
            MetricFamily(.counter, name, help: help, metrics: [Metric(value)])
        }
        return [
            MetricFamily(
                .gauge, "vigie_rollout_source_connected",
                help: "1 while the API server answers; 0 while pods go on with what they know.",
                metrics: [Metric(counts.isConnected ? 1.0 : 0.0)]),
            counter(
                "vigie_rollout_source_lists", "Lists of all rollouts that were read.",
                counts.lists),
            counter(
                "vigie_rollout_source_watches", "Watches that were begun.", counts.watches),
            counter(
                "vigie_rollout_source_events", "Changes and bookmarks that watches told.",
                counts.events),
            counter(
                "vigie_rollout_source_expired",
                "Watches that the server had forgotten (410 Gone): all was listed anew.",
                counts.expired),
            counter(
                "vigie_rollout_source_failures", "Requests to the API server that failed.",
                counts.failures),
        ]
    }
}
