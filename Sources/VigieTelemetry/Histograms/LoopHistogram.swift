/// The latencies that one thread has seen of one thing. That thread records, any thread reads.
///
/// Recording costs a bucket look-up and two additions, some 5 ns, and never allocates. What is read
/// while another value is being recorded may lack that value in the sum only.
package final class LoopHistogram: Sendable {
    private let cells: InlineArray<332, LoopCounter>
    private let sum = LoopCounter()

    package init() {
        cells = InlineArray { _ in LoopCounter() }
    }

    /// For the one thread that writes.
    /// - Parameter nanoseconds: the duration; what is over 2^9 s counts in the last bucket.
    @inline(__always)
    package func record(nanoseconds: UInt64) {
        cells[LatencyBuckets.cell(nanoseconds: nanoseconds)].add(1)
        sum.add(nanoseconds)
    }

    /// Adds what has been recorded so far to a snapshot.
    package func add(to snapshot: inout HistogramSnapshot) {
        for index in 0..<LatencyBuckets.cellCount {
            let count = cells[index].current
            guard count > 0 else { continue }
            let (native, classic) = LatencyBuckets.cells[index]
            snapshot.native[native] &+= count
            snapshot.classic[classic] &+= count
        }
        snapshot.sumNanoseconds &+= sum.current
    }
}
