import Synchronization
import VigieEngine
import VigieHTTP
import VigieKubernetes
import VigieRollouts
import VigieTransport

/// The ModelRollouts of a namespace, kept up to date by a watch. Statuses are applied with the field
/// manager `vigie-controller` to the status subresource: nothing else is ever written of them.
package final class ClusterStore: RolloutStore {
    private let client: KubernetesClient
    private let path: ResourcePath
    private let cancellation: HTTPCancellation
    private let watch: ListWatch
    private let seen: Seen
    private var events: EventRecorder

    package static let fieldManager = "vigie-controller"

    /// What the watch's thread leaves for the controller's.
    private final class Seen: Sendable {
        struct State {
            var objects: [JSONValue]?
            var obstacle: KubernetesError?
        }
        let state = Mutex(State())
        let changed: @Sendable () -> Void
        init(_ changed: @escaping @Sendable () -> Void) { self.changed = changed }
    }

    /// - Parameters:
    ///   - instance: which controller this is, for events.
    ///   - changed: called on the watch's thread when there is something new to look at.
    package init(
        _ client: KubernetesClient, namespace: String, labelSelector: String?, instance: String,
        _ cancellation: HTTPCancellation, changed: @escaping @Sendable () -> Void
    ) throws(SystemError) {
        self.client = client
        self.cancellation = cancellation
        path = RolloutResource.path(namespace: namespace)
        events = EventRecorder(client, component: Self.fieldManager, instance: instance)
        let seen = Seen(changed)
        self.seen = seen
        var options = ListWatchOptions()
        options.labelSelector = labelSelector
        watch = try ListWatch(
            client, path, options: options,
            handlers: ListWatch.Handlers(
                changed: { objects in
                    seen.state.withLock { $0.objects = objects }
                    seen.changed()
                },
                obstacle: { error in seen.state.withLock { $0.obstacle = error } }))
    }

    package func start() { watch.start() }

    package func stop() { watch.stop() }

    package func rollouts() throws(StoreError) -> [StoredRollout] {
        let (objects, obstacle) = seen.state.withLock { ($0.objects, $0.obstacle) }
        // What is written now would be written to nobody.
        if let obstacle { throw StoreError(obstacle) }
        guard let objects else { throw StoreError("the API server has not answered yet") }
        return objects.map { StoredRollout(RolloutResource.document($0).content) }
    }

    package func write(_ status: RolloutStatus, of rollout: StoredRollout) throws(StoreError) {
        let metadata = rollout.metadata
        let object = JSONValue.object([
            "apiVersion": .string(Rollout.apiVersion), "kind": .string(Rollout.kind),
            "metadata": .object([
                "name": .string(metadata.name), "namespace": .string(metadata.namespace),
                // Refused when anybody has changed anything since: what is decided is decided on the
                // newest state, and of two controllers that both believe to lead one wins.
                "resourceVersion": .string(metadata.resourceVersion),
            ]),
            "status": StatusSummary.adding(to: status, steps: rollout.stepCount),
        ])
        do throws(KubernetesError) {
            let written = try client.patch(
                path.named(metadata.name, subresource: "status"),
                .apply(fieldManager: Self.fieldManager), object, cancellation)
            remember(written)
        } catch { throw StoreError(error) }
    }

    /// The watch tells it too, but only in a moment: till then the controller must not decide again on
    /// what it has just replaced.
    private func remember(_ object: JSONValue) {
        seen.state.withLock { state in
            let index = state.objects?.firstIndex {
                $0["metadata"]?["uid"] == object["metadata"]?["uid"]
            }
            if let index { state.objects?[index] = object }
        }
    }

    package func tell(_ news: RolloutNews, of rollout: StoredRollout) throws(StoreError) {
        let metadata = rollout.metadata
        let subject = EventRecorder.Subject(
            apiVersion: Rollout.apiVersion, kind: Rollout.kind, namespace: metadata.namespace,
            name: metadata.name, uid: metadata.uid)
        do throws(KubernetesError) {
            try events.record(
                subject, isWarning: news.isWarning, reason: news.reason, message: news.message,
                at: .now(), cancellation)
        } catch { throw StoreError(error) }
    }
}
