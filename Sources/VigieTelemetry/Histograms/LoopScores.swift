/// Scores that one thread has answered, in bins of a thousandth: fine enough to compare distributions
/// with. That thread records, any thread reads.
///
/// Recording costs a multiplication and an addition, and never allocates.
package final class LoopScores: Sendable {
    /// Bins of equal width from 0 to 1; the last holds 1, too. What is beyond counts in the first or
    /// last one.
    package static let binCount = 1000

    private let bins: InlineArray<1000, LoopCounter>
    private let strange = LoopCounter()

    package init() { bins = InlineArray { _ in LoopCounter() } }

    /// For the one thread that writes. A score that is NaN or infinite counts apart.
    @inline(__always)
    package func record(_ score: Double) {
        guard score.isFinite else {
            strange.add(1)
            return
        }
        bins[Self.bin(score)].add(1)
    }

    /// The bin of a finite score.
    @inline(__always)
    package static func bin(_ score: Double) -> Int {
        Int(min(max(score, 0) * Double(binCount), Double(binCount - 1)))
    }

    /// What stands for all scores of a bin: its middle.
    package static func middle(_ bin: Int) -> Double {
        (Double(bin) + 0.5) / Double(binCount)
    }

    /// Scores that were NaN or infinite.
    package var nonFinite: UInt64 { strange.current }

    /// Adds what has been recorded so far to counts by bin.
    package func add(to counts: inout [UInt64]) {
        for index in bins.indices { counts[index] &+= bins[index].current }
    }
}
