import VigieDecisions
import VigieProtos
import VigieRPC
import VigieRegistry
import VigieRouting
import VigieTelemetry
import VigieTransport

/// What all services of one loop share: what they serve, and with which limits. Used on that loop's
/// thread only.
final class ServingNode {
    let limits: ServiceLimits
    /// Where dear requests run; nil runs all of them on the loop.
    let pool: WorkerPool?
    /// Where decisions are recorded; nil for nowhere.
    let decisions: DecisionLog?
    /// The loop's own way there.
    let lane: DecisionLane?
    /// Where requests are repeated to; nil for nowhere.
    let shadows: ShadowBoard?
    /// What may run on the loop, in nanoseconds.
    let inlineCostMax: UInt64
    /// What the loop serves now. A request takes its version from here once and keeps it.
    private(set) var table: ServedTable
    /// Says why a model or version is not in the table. Off the good path.
    private let explainAbsence: @Sendable (_ model: String, _ version: Int?) -> RPCStatus
    /// When the request that the loop answered last passed its stations.
    var lastStations = CallStations.none
    /// What the model said of the application that the loop answered last.
    var lastScore = Double.nan
    /// Credit requests' memory for ranking reasons.
    var reasonScratch = ReasonScratch()
    /// The answer that is being encoded.
    var answered: Answered?
    /// What a rollout asks about the request at hand.
    let facts = RouteFacts()
    /// Where requests draw their numbers from.
    var random = TraceRandom()

    init(
        table: ServedTable, limits: ServiceLimits, pool: WorkerPool? = nil,
        decisions: DecisionLog? = nil, shadows: ShadowBoard? = nil,
        explainAbsence: @escaping @Sendable (String, Int?) -> RPCStatus
    ) {
        self.table = table
        self.limits = limits
        self.pool = pool
        self.decisions = decisions
        self.shadows = shadows
        lane = decisions?.makeLane()
        inlineCostMax = pool?.options.inlineCostMax.clampedNanoseconds ?? .max
        self.explainAbsence = explainAbsence
    }

    func replace(_ table: ServedTable) { self.table = table }

    /// The version that is asked about: of an empty `version`, the stable one.
    ///
    /// INVALID_ARGUMENT for a version that is no number, NOT_FOUND for a model or version that there
    /// is not, UNAVAILABLE for one that is there but not ready.
    @inline(__always)
    func find(_ name: Text, version: Text) throws(RPCStatus) -> ServedVersion {
        if let model = table.find(name) {
            if version.isEmpty {
                if let current = model.current { return current }
            } else if let found = try model.named(version) {
                return found
            }
        }
        throw try absence(name, version)
    }

    @inline(never)
    func absence(_ name: Text, _ version: Text) throws(RPCStatus) -> RPCStatus {
        if name.isEmpty { return RPCStatus(.invalidArgument, "the request names no model") }
        if VersionText.isLabel(version) {
            guard table.find(name) != nil else { return explainAbsence(String(name), nil) }
            return RPCStatus(
                .notFound, "model \(name.quoted) has no version labelled \(version.quoted)")
        }
        return explainAbsence(String(name), try VersionText.number(version))
    }
}
