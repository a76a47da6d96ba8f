import VigieEngine
import VigieRegistry
import VigieTelemetry

/// Keeps some of one version's rows and scores on one loop, so that they can be compared with the
/// manifest's reference. Used on that loop's thread only.
///
/// By time, not by number: a loop keeps at most ``rowsKept`` scores in a window, evenly spaced however
/// many requests come, so that what it keeps is of the whole window; when fewer come, all are kept. So
/// a request costs one comparison, and now and then a row's moves.
final class DriftSampler {
    /// Scores kept in a window, and every how-manieth row's features.
    static let rowsKept: UInt64 = 1024
    private static let featuresEvery: UInt64 = 4

    private let counters: VersionCounters
    /// By feature of the reference: its place in the signature's row.
    private let columns: [Int]
    private let calibration: Calibration
    private let link: ScoreLink
    /// How rows are read out of tensors; nil when they cannot be, or are not scored.
    private let rows: RowColumns?
    private let artifact: Artifact
    private let interval: UInt64
    private var next: UInt64 = 0
    private var kept: UInt64 = 0
    private var row: [Double]

    /// Nil when the manifest has no reference, or rows have no score.
    /// - Parameter window: nanoseconds.
    init?(_ model: LoadedModel, _ counters: VersionCounters, window: UInt64) {
        guard let reference = model.manifest.reference, model.artifact.scoresRows, window > 0 else {
            return nil
        }
        self.counters = counters
        let features = model.artifact.signature.features
        columns = reference.features.compactMap { feature in
            features.firstIndex { $0.name == feature.name }
        }
        // A feature that the model does not have cannot be compared.
        guard columns.count == reference.features.count else { return nil }
        calibration = model.manifest.calibration
        link = model.artifact.link
        artifact = model.artifact
        rows = model.artifact.rowColumns
        interval = window / Self.rowsKept
        row = Array(repeating: 0, count: features.count)
    }

    /// Whether a row is to be kept at that time of the monotonic clock, in nanoseconds.
    @inline(__always)
    func wants(_ now: UInt64) -> Bool { now >= next }

    /// Keeps an application.
    func keep(_ features: [Double], probability: Double, now: UInt64) {
        next = now &+ interval
        let samples = counters.driftSamples(features: columns.count)
        samples.scores.add(probability)
        kept &+= 1
        guard kept % Self.featuresEvery == 1 else { return }
        for (index, column) in columns.enumerated() {
            samples.features[index].add(features[column])
        }
    }

    /// Keeps the first row of the tensors that the workspace holds, whose outputs nobody needs any
    /// more: the row is scored once again.
    @inline(never)
    func keepFirstRow(of workspace: Workspace, now: UInt64) {
        next = now &+ interval
        guard let rows else { return }
        do throws(InferenceError) {
            try rows.read(0, of: workspace.inputs, into: &row)
            workspace.row = row
            let score = try artifact.score(workspace)
            let calibrated =
                calibration == .none
                ? link.response(score) : calibration.probability(score: score, link)
            if !calibrated.isNaN { keep(row, probability: calibrated, now: now) }
        } catch {
            // What a row scorer does not take, a tensor may still hold: it is not compared.
        }
    }
}
