/// What one thread has seen of one thing: latencies or sizes. That thread records, any thread reads.
///
/// Recording costs a bucket look-up and two additions, some 5 ns, and never allocates. What is read
/// while another value is being recorded may lack that value in the sum only.
public final class LoopHistogram: Sendable {
    public let scale: BucketScale
    @usableFromInline let cells: InlineArray<333, LoopCounter>
    @usableFromInline let sum = LoopCounter()

    package init(_ scale: BucketScale = .latency) {
        self.scale = scale
        cells = InlineArray { _ in LoopCounter() }
    }

    /// For the one thread that writes.
    /// - Parameter value: of the scale's unit: nanoseconds, bytes.
    @inlinable @inline(__always)
    public func record(_ value: UInt64) {
        cells[scale.cell(value)].add(1)
        sum.add(value)
    }

    /// How many values have been recorded.
    package var count: UInt64 {
        var count: UInt64 = 0
        for index in scale.cells.indices { count &+= cells[index].current }
        return count
    }

    /// How many values fell into buckets beyond that of `value`: it may lack some that are greater by
    /// less than a bucket's width, 9 %.
    package func count(over value: UInt64) -> UInt64 {
        let first = scale.cell(value) + 1
        var count: UInt64 = 0
        guard value > 0, first < scale.zeroCell else { return 0 }
        for index in first..<scale.zeroCell { count &+= cells[index].current }
        return count
    }

    /// Adds what has been recorded so far to a snapshot of the same scale.
    package func add(to snapshot: inout HistogramSnapshot) {
        for index in scale.cells.indices {
            let count = cells[index].current
            guard count > 0 else { continue }
            let (native, classic) = scale.cells[index]
            if index == scale.zeroCell {
                snapshot.zeros &+= count
            } else {
                snapshot.native[native] &+= count
            }
            snapshot.classic[classic] &+= count
        }
        snapshot.sum &+= sum.current
    }
}
