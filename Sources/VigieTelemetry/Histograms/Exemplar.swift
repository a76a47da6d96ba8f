import Glibc
import Synchronization

/// One request out of a histogram's bucket, which a person can look up as a trace.
package struct Exemplar: Sendable, Equatable {
    package var trace: TraceContext
    /// What was recorded, in the small unit of the histogram's scale.
    package var value: UInt64
    /// When, in nanoseconds of the monotonic clock.
    package var time: UInt64

    package init(trace: TraceContext, value: UInt64, time: UInt64) {
        self.trace = trace
        self.value = value
        self.time = time
    }

    /// When, in seconds since 1970.
    var wallSeconds: Double {
        var real = timespec()
        var monotonic = timespec()
        clock_gettime(CLOCK_REALTIME, &real)
        clock_gettime(CLOCK_MONOTONIC, &monotonic)
        let now = Double(real.tv_sec) + Double(real.tv_nsec) / 1e9
        let age =
            Double(monotonic.tv_sec) + Double(monotonic.tv_nsec) / 1e9 - Double(time) / 1e9
        return now - max(age, 0)
    }
}

/// The latest sampled request of each classic bucket of a ``LoopHistogram``. One thread writes, any
/// thread reads; what is read while it is being written is left out.
package final class LoopExemplars: Sendable {
    private let scale: BucketScale
    private let slots: InlineArray<20, Slot>

    package init(_ scale: BucketScale = .latency) {
        precondition(scale.classicCount <= 20, "a scale has at most 19 classic bounds")
        self.scale = scale
        slots = InlineArray { _ in Slot() }
    }

    /// For the one thread that writes.
    package func record(_ exemplar: Exemplar) {
        let (_, classic) = scale.cells[scale.cell(exemplar.value)]
        slots[classic].write(exemplar)
    }

    /// Puts those that are later than the snapshot's own into it.
    package func add(to snapshot: inout HistogramSnapshot) {
        if snapshot.exemplars.isEmpty {
            snapshot.exemplars = Array(repeating: nil, count: scale.classicCount)
        }
        for place in 0..<scale.classicCount {
            guard let found = slots[place].read() else { continue }
            if let known = snapshot.exemplars[place], known.time >= found.time { continue }
            snapshot.exemplars[place] = found
        }
    }

    /// A value of several words under a sequence lock: odd while it is being written.
    private struct Slot: ~Copyable, Sendable {
        private let sequence = Atomic<UInt64>(0)
        private let traceHigh = LoopCounter()
        private let traceLow = LoopCounter()
        private let span = LoopCounter()
        private let value = LoopCounter()
        private let time = LoopCounter()

        func write(_ exemplar: Exemplar) {
            let before = sequence.load(ordering: .relaxed)
            sequence.store(before &+ 1, ordering: .relaxed)
            atomicMemoryFence(ordering: .releasing)
            traceHigh.set(exemplar.trace.traceHigh)
            traceLow.set(exemplar.trace.traceLow)
            span.set(exemplar.trace.span)
            value.set(exemplar.value)
            time.set(exemplar.time)
            sequence.store(before &+ 2, ordering: .releasing)
        }

        func read() -> Exemplar? {
            let before = sequence.load(ordering: .acquiring)
            guard before > 0, before & 1 == 0 else { return nil }
            let exemplar = Exemplar(
                trace: TraceContext(
                    traceHigh: traceHigh.current, traceLow: traceLow.current, span: span.current,
                    flags: 1),
                value: value.current, time: time.current)
            atomicMemoryFence(ordering: .acquiring)
            return sequence.load(ordering: .relaxed) == before ? exemplar : nil
        }
    }
}
