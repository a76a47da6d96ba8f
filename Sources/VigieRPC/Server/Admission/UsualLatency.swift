/// How long calls take while a server is well used and keeps up, learnt from what it does: the measure
/// for what is too long under overload.
///
/// Only stretches of time count in which the server was busy for a good part, so that its latency says
/// something, and not for all of it, so that no backlog was in play; and in which calls met at the
/// server, since callers who each wait for their answer say nothing of those who do not. Where a few were
/// turned away, after a stop of the server or a burst, that is a part of what is usual: what is learnt
/// from the calm stretches alone makes the next stop look like overload, and ever smaller ones.
///
/// What has been learnt is forgotten some time after the last such stretch, since what callers do
/// changes. A value without clock, thread or lock, and without allocation after it has been made.
package struct UsualLatency: Sendable {
    package struct Options: Sendable, Equatable {
        /// Shares of the time that the server was busy between which a stretch is learnt from.
        package var busy = 0.6...0.93
        /// In nanoseconds: a stretch; long enough that random arrivals keep near their mean.
        package var stretch: UInt64 = 100_000_000
        /// Calls before anything is said: the 99th percentile of fewer is mostly chance.
        package var callsMin = 1_000
        /// Stretches before anything is said.
        package var stretchesMin = 30
        /// Calls that have met at once in a stretch that is learnt from.
        package var meetingMin = 4
        /// Calls turned away for each answered one above which a stretch was overload.
        var refusedMax = 0.1
        /// In nanoseconds: what was learnt is good for so long in which nothing could be learnt though
        /// nothing was too slow either.
        package var lifetime: UInt64 = 60_000_000_000

        package init() {}
    }

    private let options: Options
    /// Calls by latency: four buckets to a power of two, so that a bucket's upper end is at most a
    /// quarter above its lower one.
    private var learnt = [UInt32](repeating: 0, count: Self.buckets)
    private var fresh = [UInt32](repeating: 0, count: Self.buckets)
    private var learntCalls = 0
    private var learntStretches = 0
    private var freshBusy: UInt64 = 0
    private var began: UInt64 = 0
    private var lastLearnt: UInt64 = 0
    private var freshCalls = 0
    private var freshRefused = 0
    private var peak = 0
    /// Nanoseconds that 99 of 100 calls are answered within; nil while that is not known.
    package private(set) var percentile99: UInt64?

    private static let buckets = 40 * 4

    package init(_ options: Options = Options()) { self.options = options }

    /// Notes calls that have been answered.
    ///
    /// - Parameters:
    ///   - longest: nanoseconds of the slowest of them.
    ///   - busy: nanoseconds that the server, or the mean of several, worked for them.
    ///   - underWay: how many were under way at once.
    ///   - turnedAway: how many others were turned away.
    ///   - now: nanoseconds of a monotonic clock.
    package mutating func note(
        calls: Int, longest: UInt64, busy: UInt64, underWay: Int, turnedAway: Int, now: UInt64
    ) {
        fresh[Self.bucket(longest)] &+= UInt32(truncatingIfNeeded: calls)
        freshBusy &+= busy
        peak = max(peak, underWay)
        freshCalls += calls
        freshRefused += turnedAway
        let elapsed = now &- began
        guard elapsed >= options.stretch else { return }
        let isSpoilt = Double(freshRefused) > options.refusedMax * Double(freshCalls)
        let share = Double(freshBusy) / Double(elapsed)
        if !isSpoilt, began != 0, peak >= options.meetingMin, options.busy.contains(share) {
            learn(now)
        }
        // What overload goes on for is no reason to forget what was usual before it.
        if isSpoilt { lastLearnt = max(lastLearnt, learntCalls > 0 ? now : 0) }
        if learntCalls > 0, now &- lastLearnt > options.lifetime { forget() }
        for index in fresh.indices { fresh[index] = 0 }
        freshBusy = 0
        freshCalls = 0
        freshRefused = 0
        peak = 0
        began = now
    }

    private mutating func learn(_ now: UInt64) {
        for index in fresh.indices {
            learnt[index] &+= fresh[index]
            learntCalls += Int(fresh[index])
        }
        learntStretches += 1
        lastLearnt = now
        if learntCalls >= options.callsMin, learntStretches >= options.stretchesMin {
            percentile99 = quantile(0.99)
        }
        // Half the weight of what was before, now and then.
        guard learntCalls > 1_000_000 || learntStretches > 600 else { return }
        learntCalls = 0
        learntStretches /= 2
        for index in learnt.indices {
            learnt[index] /= 2
            learntCalls += Int(learnt[index])
        }
    }

    private mutating func forget() {
        for index in learnt.indices { learnt[index] = 0 }
        learntCalls = 0
        learntStretches = 0
        percentile99 = nil
    }

    private func quantile(_ part: Double) -> UInt64 {
        var left = Int((part * Double(learntCalls)).rounded(.up))
        for index in learnt.indices {
            left -= Int(learnt[index])
            if left <= 0 { return Self.upperEnd(index) }
        }
        return Self.upperEnd(Self.buckets - 1)
    }

    /// The first two bits below the highest choose among four.
    private static func bucket(_ nanoseconds: UInt64) -> Int {
        let value = max(nanoseconds, 4)
        let power = 63 - value.leadingZeroBitCount
        let part = Int(truncatingIfNeeded: (value >> (power - 2)) & 3)
        return min((power - 2) * 4 + part, buckets - 1)
    }

    private static func upperEnd(_ bucket: Int) -> UInt64 {
        UInt64(5 + bucket % 4) << (bucket / 4)
    }
}
