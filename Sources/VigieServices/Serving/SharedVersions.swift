import VigieDecisions
import VigieRegistry

/// The ``SharedVersion`` of every version that is served; whoever has it sees to it that one thread
/// uses it at a time.
struct SharedVersions {
    private let pool: WorkerOptions?
    private let driftWindow: Duration
    private let decisions: DecisionLog?
    private var versions: [ObjectIdentifier: SharedVersion] = [:]

    /// - Parameters:
    ///   - pool: where dear requests run; nil for nowhere else than on the loops.
    ///   - driftWindow: over how long rows are kept for drift; zero keeps none.
    ///   - decisions: where decisions are recorded; nil for nowhere.
    init(
        pool: WorkerOptions?, driftWindow: Duration = .seconds(600), decisions: DecisionLog? = nil
    ) {
        self.pool = pool
        self.driftWindow = driftWindow
        self.decisions = decisions
    }

    private func make(_ model: LoadedModel) -> SharedVersion {
        SharedVersion(
            model, batching: pool?.batching, crowd: pool?.adaptiveConcurrency,
            workers: pool?.workers ?? 1, driftWindow: driftWindow, decisions: decisions)
    }

    /// Makes those that are new in `table`, and lets go of those that are not in it any more.
    mutating func update(_ table: ModelTable) {
        var next: [ObjectIdentifier: SharedVersion] = [:]
        for model in table.entries.flatMap(\.versions) {
            let id = ObjectIdentifier(model)
            next[id] = versions[id] ?? make(model)
        }
        versions = next
    }

    func find(_ model: LoadedModel) -> SharedVersion {
        versions[ObjectIdentifier(model)] ?? make(model)
    }

    /// What workers have counted for `model`.
    func counters(_ model: LoadedModel) -> VersionCounters? {
        versions[ObjectIdentifier(model)]?.counters
    }
}
