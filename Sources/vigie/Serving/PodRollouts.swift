import VigieKubernetes
import VigieRegistry
import VigieRouting
import VigieServices
import VigieTelemetry
import VigieTransport

/// How a pod follows rollouts: from their source over the board to the loops, and the guard over what
/// comes of it.
final class PodRollouts {
    let board: RolloutBoard
    private let source: any RolloutSource
    private let sourceMetrics: [any MetricSource]
    private let pod: String
    /// What the admin port tells; nil until loops follow.
    private(set) var reporter: RolloutReporter?
    private var canaryGuard: CanaryGuard?
    private let log: Log

    /// Reads what the source has at hand. Nil when rollouts are not asked for.
    init?(_ settings: PodSettings, _ log: Log) throws(StartFailure) {
        guard let place = settings.rollouts.rollouts else { return nil }
        self.log = log
        pod = PodIdentity(settings.trace).instance
        board = RolloutBoard { event in log.write(event.level, event.description) }
        if settings.rollouts.areInCluster {
            let cluster = try Self.cluster(settings.rollouts, log)
            source = cluster
            sourceMetrics = [cluster]
            try StartFailure.wrapping("--rollouts \(place)") { () throws(RolloutSourceError) in
                try cluster.start(board)
                try cluster.waitForFirst(atMost: settings.rollouts.rolloutsWait.duration)
            }
        } else {
            source = try StartFailure.wrapping("--rollouts \(place)") { () throws(SystemError) in
                try RolloutFolder(place)
            }
            sourceMetrics = []
            try StartFailure.wrapping("--rollouts \(place)") { () throws(RolloutSourceError) in
                try source.start(board)
            }
        }
    }

    private static func cluster(
        _ settings: RolloutOptions, _ log: Log
    ) throws(StartFailure) -> ClusterRolloutSource {
        let client = try settings.kubernetes.client(agent: "vigie")
        var options = ClusterRolloutSource.Options()
        options.namespace = settings.kubernetes.rolloutsNamespace
        options.labelSelector = settings.kubernetes.rolloutsSelector
        options.cacheFile = settings.rolloutsCache
        return try StartFailure.wrapping("--rollouts kubernetes") { () throws(SystemError) in
            try ClusterRolloutSource(client, options) { log.warning($0) }
        }
    }

    /// Has the versions loaded that rollouts name: before the store starts, so that they are there when
    /// the first request comes.
    func require(of store: ModelStore) {
        board.observe { _, required in store.require(required) }
    }

    /// Lets loops follow, and the guard watch. Called once.
    /// - Returns: what there is to scrape.
    func follow(_ services: VigieServices) throws(StartFailure) -> [any MetricSource] {
        let log = log
        let canaryGuard = try StartFailure.wrapping("the guard") { () throws(SystemError) in
            try CanaryGuard(
                sample: { services.guardSample($0) },
                report: { log.write($0.level, $0.description) })
        }
        self.canaryGuard = canaryGuard
        let reporter = RolloutReporter(services, board, pod: pod)
        self.reporter = reporter
        board.observe { table, _ in
            reporter.boardChanged()
            services.follow(table)
            canaryGuard.watch(table)
        }
        return [RolloutMetrics(services, board, canaryGuard)] + sourceMetrics
    }

    /// Ends the threads.
    func stop() {
        source.stop()
        canaryGuard?.stop()
    }
}
