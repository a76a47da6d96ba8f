import VigieController
import VigieHTTP
import VigieKubernetes
import VigieRollouts
import VigieTelemetry
import VigieTransport

/// Where a controller's rollouts and pods are, and who leads there: a cluster, or a folder.
final class ControllerHome {
    let store: any RolloutStore
    let finder: any PodFinder
    let leadership: any Leadership
    /// For the line that says that it is ready.
    let place: String
    let agent = "vigie-controller/\(Build.version)"
    private let cluster: (store: ClusterStore, elector: LeaderElector?)?

    /// - Parameter changed: called when there is something new to look at, on any thread.
    init(
        _ command: ControllerCommand, _ log: Log, _ cancellation: HTTPCancellation,
        changed: @escaping @Sendable () -> Void
    ) throws(StartFailure) {
        guard command.rollouts == KubernetesOptions.place else {
            let folder = try StartFailure.wrapping("--rollouts \(command.rollouts)") {
                () throws(StoreError) in
                try FolderStore(command.rollouts, locks: command.leader.leaderElect)
            }
            store = folder
            leadership = folder.leadership
            finder = NamedPods(command.pods.pods.places)
            place = "rollouts of \(command.rollouts)"
            cluster = nil
            return
        }
        let client = try command.kubernetes.client(agent: "vigie-controller")
        let namespace =
            command.kubernetes.rolloutsNamespace ?? client.configuration.namespace
        let identity = command.leader.identity
        let store = try StartFailure.wrapping("controller") { () throws(SystemError) in
            try ClusterStore(
                client, namespace: namespace,
                labelSelector: command.kubernetes.rolloutsSelector, instance: identity,
                cancellation, changed: changed)
        }
        self.store = store
        let elector = try Self.elector(
            command.leader, client, namespace: namespace, identity: identity, log,
            changed: changed)
        cluster = (store, elector)
        if let elector { leadership = elector } else { leadership = Alone() }
        if command.pods.pods.isEmpty {
            finder = ClusterPods(
                client, namespace: namespace, selector: command.pods.podsSelector,
                port: command.pods.access.podsAdminPort, usesTLS: command.pods.access.podsCa != nil,
                cancellation)
        } else {
            finder = NamedPods(command.pods.pods.places)
        }
        place = "modelrollouts of \(namespace) at \(client.configuration.server)"
    }

    private static func elector(
        _ options: LeaderOptions, _ client: KubernetesClient, namespace: String,
        identity: String, _ log: Log, changed: @escaping @Sendable () -> Void
    ) throws(StartFailure) -> LeaderElector? {
        guard options.leaderElect else { return nil }
        return try StartFailure.wrapping("--leader-elect") { () throws(SystemError) in
            try LeaderElector(
                client, options.options(namespace: namespace, identity: identity)
            ) { news in
                log.write(news.level, news.text)
                changed()
            }
        }
    }

    func start() {
        cluster?.store.start()
        cluster?.elector?.start()
    }

    /// Lets go of the lease.
    func stop() {
        cluster?.elector?.stop()
        cluster?.store.stop()
    }
}

extension LeaderElector: Leadership {}

extension LeaderElector.News {
    fileprivate var level: LogLevel {
        switch self {
        case .leads, .follows: .info
        case .lost, .failed: .warning
        }
    }

    fileprivate var text: String {
        switch self {
        case .leads(let transitions): "leads now; the lease has changed hands \(transitions) times"
        case .follows(let holder): "follows: '\(holder)' leads"
        case .lost(let reason): "leads no more: \(reason)"
        case .failed(let reason): "leader election: \(reason)"
        }
    }
}
