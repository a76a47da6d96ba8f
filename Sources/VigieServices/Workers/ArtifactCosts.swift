import Synchronization
import VigieRegistry
import VigieTransport

/// What runs of one version cost, in nanoseconds: a straight line through what its warm-up measured,
/// corrected by what real runs took. Any thread may ask and tell; two that tell at once may lose one
/// of their measurements, which does not matter.
final class ArtifactCosts: Sendable {
    /// The ways to ask a model.
    enum Kind: Int, CaseIterable {
        /// `Artifact.run` on a batch.
        case tensors
        /// `Artifact.explain`, row by row.
        case explain
        /// `Artifact.score`, row by row.
        case score
    }

    /// What a call is taken to cost that the warm-up could not measure: enough to go to the workers,
    /// where it is measured.
    static let unknownNanoseconds = 1_000_000.0
    /// What weight a new measurement has (exponentially weighted moving average).
    static let weight: Float = 1.0 / 8
    /// How many times as much, or as little, as before one measurement may claim: a run that lost its
    /// core to another thread says nothing about the model.
    static let leapMax: Float = 4
    /// Of so many requests that are refused for their estimated cost alone, one is tried nevertheless,
    /// so that an estimate that is too high is found out.
    static let probeInterval: UInt64 = 32

    private struct Line {
        var fixed: Double
        var perRow: Double
    }

    private let tensors: Line
    private let explain: Line
    private let score: Line
    /// By kind, then by size of batch: the measured cost over the line's.
    private let ratios: InlineArray<18, Atomic<UInt32>>
    private let refusals = Atomic<UInt64>(0)

    init(_ latency: WarmUpLatency) {
        let perRow = latency.perRow.map(Self.nanoseconds) ?? 0
        tensors = Line(
            fixed: latency.tensors.map { max(Self.nanoseconds($0) - perRow, 100) }
                ?? Self.unknownNanoseconds, perRow: perRow)
        explain = Line(
            fixed: 0, perRow: latency.explain.map(Self.nanoseconds) ?? Self.unknownNanoseconds)
        score = Line(
            fixed: 0, perRow: latency.score.map(Self.nanoseconds) ?? Self.unknownNanoseconds)
        ratios = InlineArray { _ in Atomic(Float(1).bitPattern) }
    }

    private static func nanoseconds(_ duration: Duration) -> Double {
        Double(max(duration.clampedNanoseconds, 20))
    }

    /// Sizes of batch that are corrected apart: 1, 2–7, 8–63, 64–511, 512–4095, and more.
    private static let buckets = 6

    @inline(__always)
    private func cell(_ kind: Kind, _ rows: Int) -> Int {
        let log2 = Int.bitWidth - 1 - max(rows, 1).leadingZeroBitCount
        let bucket = log2 == 0 ? 0 : min(1 + log2 / 3, Self.buckets - 1)
        return kind.rawValue * Self.buckets + bucket
    }

    @inline(__always)
    private func line(_ kind: Kind) -> Line {
        switch kind {
        case .tensors: tensors
        case .explain: explain
        case .score: score
        }
    }

    /// What a call of `rows` rows is expected to take; rows are as a request claims them, and may be
    /// any number.
    @inline(__always)
    func estimate(_ kind: Kind, rows: Int) -> WorkCost {
        let line = line(kind)
        let ratio = Double(
            Float(bitPattern: ratios[cell(kind, rows)].load(ordering: .relaxed)))
        return WorkCost(
            fixed: UInt64(min(line.fixed * ratio, WorkCost.most)),
            variable: UInt64(min(line.perRow * Double(max(rows, 0)) * ratio, WorkCost.most)))
    }

    /// What explaining `rows` rows takes, on top of a run.
    func explanation(rows: Int) -> WorkCost {
        let one = estimate(.explain, rows: 1).total
        return WorkCost(
            fixed: 0, variable: UInt64(min(Double(one) * Double(max(rows, 0)), WorkCost.most)))
    }

    /// Notes what a call of `rows` rows took.
    func observe(_ kind: Kind, rows: Int, nanoseconds: UInt64) {
        let line = line(kind)
        let expected = max(line.fixed + line.perRow * Double(max(rows, 1)), 20)
        let index = cell(kind, rows)
        let old = Float(bitPattern: ratios[index].load(ordering: .relaxed))
        let measured = Float(Double(nanoseconds) / expected)
        let believed = min(max(measured, old / Self.leapMax), old * Self.leapMax)
        let new = old + (believed - old) * Self.weight
        ratios[index].store(min(max(new, 1e-4), 1e6).bitPattern, ordering: .relaxed)
    }

    /// Whether the request at hand, which its estimate would have refused, is to be tried.
    func mayProbe() -> Bool {
        refusals.wrappingAdd(1, ordering: .relaxed).newValue % Self.probeInterval == 0
    }
}

/// What a piece of work is expected to take, in nanoseconds.
struct WorkCost: Equatable, Sendable {
    /// Days: sums of these stay far from the ends of UInt64.
    static let most = 1e15

    /// What requests that share a run pay once.
    var fixed: UInt64
    /// What each of them pays.
    var variable: UInt64

    static let zero = WorkCost(fixed: 0, variable: 0)

    var total: UInt64 { fixed &+ variable }

    static func + (left: WorkCost, right: WorkCost) -> WorkCost {
        WorkCost(fixed: left.fixed &+ right.fixed, variable: left.variable &+ right.variable)
    }
}
