/// The last values that one thread has seen of something. That thread adds, any thread reads.
///
/// Adding costs two moves. Values that are being added while others read them are read as they were
/// or as they are, never torn.
///
/// - Parameter capacity: values kept, a power of two.
package final class SampleRing<let capacity: Int>: Sendable {
    private let values: InlineArray<capacity, LoopCounter>
    private let total = LoopCounter()

    package init() { values = InlineArray { _ in LoopCounter() } }

    /// For the one thread that writes.
    @inline(__always)
    package func add(_ value: Double) {
        let count = total.current
        values[Int(truncatingIfNeeded: count) & (capacity - 1)].set(value.bitPattern)
        total.set(count &+ 1)
    }

    /// How many values were added so far.
    package var count: UInt64 { total.current }

    /// The values that are kept, in no order.
    package var current: [Double] {
        (0..<min(Int(clamping: count), capacity)).map {
            Double(bitPattern: values[$0].current)
        }
    }
}
