import Synchronization
import VigieDecisions
import VigieEngine
import VigieRPC
import VigieRegistry
import VigieTransport

/// What all loops and workers share of one version: what it costs, workspaces for workers, and what
/// they counted. It lives as long as a loop serves the version or a request of it waits.
final class SharedVersion: Sendable {
    let model: LoadedModel
    let costs: ArtifactCosts
    let batching: BatchingPolicy?
    /// How its decisions are recorded; nil when they are not.
    let decisions: DecisionVersion?
    /// How many of its requests may wait for the workers; nil: as many as come.
    let crowd: LaneLimit?
    /// Whether rows of a batch are independent, as the warm-up has seen: only then are batches cut or
    /// put together.
    let hasIndependentRows: Bool
    /// How to read a row out of the inputs; nil when the model cannot explain tensors.
    let rowColumns: RowColumns?
    /// What workers have done. One of them writes at a time, under ``spare``'s lock.
    let counters = VersionCounters()
    /// Over how long rows are kept for drift, in nanoseconds; 0 keeps none.
    let driftWindow: UInt64
    private let spare = Mutex<[Spare]>([])

    /// A workspace that nobody uses.
    private struct Spare: @unchecked Sendable { let workspace: Workspace }

    /// - Parameters:
    ///   - batching: for a manifest that says nothing of it.
    ///   - crowd: how many of its requests may wait; nil: as many as come.
    ///   - workers: who take them off the queue.
    ///   - driftWindow: over how long rows are kept for drift; zero keeps none.
    ///   - decisions: where its decisions are recorded; nil for nowhere.
    init(
        _ model: LoadedModel, batching: BatchingPolicy?,
        crowd: ConcurrencyLimit.Options? = nil, workers: Int = 1,
        driftWindow: Duration = .seconds(600), decisions: DecisionLog? = nil
    ) {
        self.model = model
        self.driftWindow = driftWindow.clampedNanoseconds
        self.decisions = decisions?.register(model)
        costs = ArtifactCosts(model.warmUpLatency)
        hasIndependentRows = model.warmUpLatency.perRow != nil
        let policy = model.manifest.serving.batching ?? batching
        self.batching = hasIndependentRows ? policy : nil
        self.crowd = LaneLimit(crowd, workers: workers, batching: self.batching)
        rowColumns =
            model.artifact.explainedOutputCount > 0 ? model.artifact.rowColumns : nil
    }

    /// Calls `body` with a workspace that nobody else uses meanwhile.
    ///
    /// - Parameter isLarge: the run is of a size that need not come again: its workspace is not kept.
    func withWorkspace(isLarge: Bool, _ body: (Workspace) -> Void) {
        let workspace =
            spare.withLock { $0.popLast() }?.workspace ?? model.artifact.makeWorkspace()
        body(workspace)
        guard !isLarge else { return }
        let kept = Spare(workspace: workspace)
        spare.withLock { $0.append(kept) }
    }

    /// Counts what a worker did.
    func count(_ body: (VersionCounters) -> Void) { spare.withLock { _ in body(counters) } }

    /// What a request of `rows` rows is expected to cost.
    @inline(__always)
    func cost(rows: Int, explains: Bool) -> WorkCost {
        let run = costs.estimate(.tensors, rows: rows)
        return explains ? run + costs.explanation(rows: rows) : run
    }
}
