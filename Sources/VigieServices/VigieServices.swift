import Synchronization
import VigieDecisions
import VigieProtos
import VigieRPC
import VigieRegistry
import VigieRouting
import VigieTelemetry
import VigieTransport

/// All services of a pod, on all its loops.
///
///     let services = VigieServices(store: store, version: "0.2.0", pool: pool)
///     // for each loop, before it runs:
///     services.install(on: handler)
///     // when the store has loaded what was there, and the server listens:
///     services.setServing()
///     // when the process is to end, before connections are drained:
///     services.setNotServing()
///
/// Every loop serves from a snapshot of its own, with workspaces of its own. When the store
/// publishes, its thread prepares the next snapshot of each loop, and the loop only swaps a pointer:
/// between two requests, so that each is answered by the version that it began with.
package final class VigieServices: Sendable {
    /// Vigie's own version, as `ServerMetadata` and `Diagnostics.Version` tell it.
    let version: String
    let catalog: any ModelCatalog
    /// What health checks are answered from: "" and each service.
    package let health: HealthRegistry
    let limits: ServiceLimits
    /// Where decisions are recorded; nil for nowhere. Whoever has made it stops it.
    package let decisions: DecisionLog?
    /// Where dear requests run; nil runs everything on the loops. Whoever has made it stops it.
    package let pool: WorkerPool?
    /// What loops and workers share of each version that is served.
    private let shared: Mutex<SharedVersions>
    /// The rollouts' shadows. Whoever has made the services stops it.
    package let shadows = ShadowBoard()
    private let nodes = Mutex<[NodeRecord]>([])
    /// The rollouts that are carried out.
    private let routes = Mutex(RouteTable.empty)
    private let state: Mutex<State>

    private struct State {
        var isReady = false
        var isDraining = false
        var readySince: MonotonicTime?
    }

    /// One loop's node, and what it serves or will as soon as it has run what it was handed.
    private struct NodeRecord: @unchecked Sendable {
        let loop: EventLoop
        // Used on the loop's thread only, through `loop.execute`.
        let node: ServingNode
        var latest: ServedTable
        /// How long it took until the loop served what it was handed.
        let swaps = LoopHistogram()
    }

    /// - Parameters:
    ///   - driftWindow: over how long rows are kept for drift; zero keeps none.
    ///   - decisions: where decisions are recorded; nil for nowhere.
    package init(
        store catalog: any ModelCatalog, version: String, health: HealthRegistry = HealthRegistry(),
        limits: ServiceLimits = ServiceLimits(), pool: WorkerPool? = nil,
        driftWindow: Duration = .seconds(600), decisions: DecisionLog? = nil
    ) {
        self.version = version
        self.catalog = catalog
        self.health = health
        self.limits = limits
        self.pool = pool
        self.decisions = decisions
        shared = Mutex(
            SharedVersions(
                pool: pool?.options, driftWindow: driftWindow, decisions: decisions))
        state = Mutex(State())
        catalog.onChange { [weak self] table in self?.publish(table) }
    }

    /// Registers every service on one loop: `inference.GRPCInferenceService`,
    /// `vigie.v1.CreditScoring`, `vigie.v1.Diagnostics`, health and reflection. Call it once for each
    /// loop, before it runs.
    package func install(on handler: RPCHandler) {
        let node = nodes.withLock { nodes in
            let table = makeTable(catalog.table)
            let catalog = catalog
            let node = ServingNode(
                table: table, limits: limits, pool: pool, decisions: decisions, shadows: shadows
            ) {
                name, version in
                RPCStatus(absent: name, version: version, catalog)
            }
            nodes.append(NodeRecord(loop: handler.loop, node: node, latest: table))
            return node
        }
        InferenceService.install(on: handler, node, self)
        CreditScoring.install(on: handler, node)
        Diagnostics.install(on: handler, self)
        HealthService.install(on: handler, health)
        ReflectionService.install(on: handler)
        let names = handler.services
        serviceNames.withLock { $0.formUnion(names) }
        announce()
    }

    private let serviceNames = Mutex<Set<String>>([])

    /// The models that were there at the start have loaded, or failed to: requests may come.
    package func setServing() {
        state.withLock { state in
            guard !state.isReady else { return }
            state.isReady = true
            state.readySince = .now()
        }
        announce()
    }

    /// Nothing more shall come: ServerReady and health say so from now on. What comes is answered.
    package func setNotServing() {
        state.withLock { $0.isDraining = true }
        health.shutDown()
    }

    /// What ServerReady answers.
    package var isServing: Bool { state.withLock { $0.isReady && !$0.isDraining } }

    /// Time since ``setServing()``; zero before that.
    package var uptime: Duration {
        state.withLock { $0.readySince }.map { MonotonicTime.now().since($0) } ?? .zero
    }

    var loopCount: Int { nodes.withLock { $0.count } }

    private func announce() {
        let status: HealthRegistry.ServingStatus = isServing ? .serving : .notServing
        health.set("", status)
        for service in serviceNames.withLock({ $0 }) { health.set(service, status) }
    }

    /// Carries out these rollouts from now on: every loop goes over to them between two requests. Any
    /// thread, one call after the other.
    package func follow(_ table: RouteTable) {
        routes.withLock { $0 = table }
        nodes.withLock { nodes in
            for index in nodes.indices where nodes[index].latest.routes !== table {
                replace(&nodes[index], nodes[index].latest.source)
            }
        }
    }

    /// Prepares each loop's next snapshot and hands it over. Called on the store's thread.
    private func publish(_ table: ModelTable) {
        nodes.withLock { nodes in
            for index in nodes.indices where nodes[index].latest.source !== table {
                replace(&nodes[index], table)
            }
        }
    }

    private func replace(_ record: inout NodeRecord, _ table: ModelTable) {
        let next = makeTable(table, previous: record.latest)
        record.latest = next
        let (loop, node, swaps) = (record.loop, Handed(node: record.node), record.swaps)
        let began = MonotonicTime.now().nanoseconds
        loop.execute {
            node.node.replace(next)
            swaps.record(MonotonicTime.now().nanoseconds &- began)
        }
    }

    /// A node on its way to its loop, which alone uses it.
    private struct Handed: @unchecked Sendable { let node: ServingNode }

    private func makeTable(_ table: ModelTable, previous: ServedTable? = nil) -> ServedTable {
        let routes = routes.withLock { $0 }
        return shared.withLock { shared in
            shared.update(table)
            shadows.update(routes, table, shared)
            return ServedTable(
                table, routes: routes, previous: previous, shared, shadows: shadows)
        }
    }

    /// What workers alone have counted for a version; nil when it is not served.
    func workerCounters(of model: LoadedModel) -> VersionCounters? {
        shared.withLock { $0.counters(model) }
    }

    /// What all loops and workers have counted for each version that is served, by name and version.
    package func statistics() -> [VersionStatistics] { countedVersions().map(\.statistics) }

    /// Each version that is served, by name and version.
    func countedVersions() -> [CountedVersion] {
        let tables = servedTables()
        var counters: [ObjectIdentifier: [VersionCounters]] = [:]
        for (model, found) in tables.flatMap(\.counters) {
            counters[ObjectIdentifier(model), default: []].append(found)
        }
        return catalog.table.entries.flatMap { entry in
            entry.versions.map { model in
                let others = [workerCounters(of: model), shadows.counters(of: model)]
                return CountedVersion(
                    model, isCurrent: model === entry.current,
                    others.compactMap { $0 } + (counters[ObjectIdentifier(model)] ?? []))
            }
        }
    }

    /// What each loop serves, or will in a moment.
    func servedTables() -> [ServedTable] { nodes.withLock { $0.map(\.latest) } }

    /// How long each swap of what is served took, by loop.
    func swapDurations() -> [LoopHistogram] { nodes.withLock { $0.map(\.swaps) } }
}

extension RPCStatus {
    /// What a caller is told who asks for a model that is not served.
    init(absent name: String, version: Int?, _ catalog: any ModelCatalog) {
        let (isKnown, reason) = catalog.absence(of: name, version: version)
        if isKnown {
            self.init(.unavailable, reason)
        } else if let version {
            self.init(.notFound, "there is no model '\(name)' version \(version)")
        } else {
            self.init(.notFound, "there is no model '\(name)'")
        }
    }
}
