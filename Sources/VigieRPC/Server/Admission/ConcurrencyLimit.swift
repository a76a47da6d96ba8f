/// How many calls may be under way at once: found by itself, from how long calls take against how long
/// they would take alone.
///
/// The controller is the gradient one of Netflix's concurrency-limits (Gradient2Limit) and of Envoy
/// (adaptive_concurrency), with one difference. Those have to guess what a call takes without a queue:
/// by the smallest latency seen, which drifts under a load that lasts, or by letting nearly nobody in for
/// a while. Here the same thread that queues also computes, and so knows both parts of each latency:
///
///     target   = max(tolerance × service, floor)
///     gradient = clamp(target / sojourn, 0.5, 1)
///     limit    = limit × gradient + √limit
///
/// where *service* is the mean time of computing, and *sojourn* that of waiting and computing. The square
/// root lets a limit grow again, and is what is left of it when everything takes too long. A value without
/// clock, thread or lock: time comes in as `now`, so that every step can be tested.
package struct ConcurrencyLimit: Sendable {
    package struct Options: Sendable, Equatable {
        /// The limit never falls below: as many calls as make a loop's round worth its system calls.
        package var minimum = 16.0
        /// Where it begins, and never rises above.
        package var maximum = 10_000.0
        /// How many times its service time a call may take before the limit falls. At 80 % of a single
        /// server's capacity the 99th percentile of random arrivals is some 10 (M/D/1); with as much as
        /// the mean under overload, the 99th percentile there stays within twice of that.
        package var tolerance = 10.0
        /// In nanoseconds: shorter waits are nobody's concern, whatever a call costs. 256 callers of
        /// 50 µs each who all wait for their answers are no overload, though each waits 13 ms.
        package var floor: UInt64 = 25_000_000
        /// In nanoseconds: how often the limit moves.
        package var window: UInt64 = 20_000_000
        /// In nanoseconds: for how long calls must have taken too long before the limit falls. A burst
        /// that is through by then is answered whole (CoDel's interval, RFC 8289 §3.2).
        package var patience: UInt64 = 100_000_000

        package init() {}
    }

    package let options: Options
    /// Calls that may be under way at once.
    package private(set) var limit: Double
    private var windowEnd: UInt64 = 0
    private var calls = 0
    private var sojournSum: UInt64 = 0
    private var serviceSum: UInt64 = 0
    private var peak = 0
    /// Since when calls have taken too long; 0 while they do not.
    private var overSince: UInt64 = 0

    package init(_ options: Options = Options()) {
        self.options = options
        limit = options.maximum
    }

    /// Whether one more call may come in where `underWay` are.
    @inline(__always)
    package func admits(underWay: Int, _ priority: CallPriority) -> Bool {
        Double(underWay) < limit * priority.share
    }

    /// Notes `calls` that have been answered.
    ///
    /// - Parameters:
    ///   - sojourn: nanoseconds that they waited and were computed, all added up.
    ///   - service: nanoseconds that they were computed, all added up.
    ///   - underWay: how many were under way at once.
    ///   - now: nanoseconds of a monotonic clock.
    package mutating func note(
        calls: Int, sojourn: UInt64, service: UInt64, underWay: Int, now: UInt64
    ) {
        self.calls += calls
        sojournSum &+= sojourn
        serviceSum &+= service
        peak = max(peak, underWay)
        guard now >= windowEnd else { return }
        if windowEnd != 0, self.calls > 0 { adjust(now) }
        windowEnd = now &+ options.window
        self.calls = 0
        sojournSum = 0
        serviceSum = 0
        peak = 0
    }

    private mutating func adjust(_ now: UInt64) {
        let count = Double(calls)
        let sojourn = Double(sojournSum) / count
        let target = max(options.tolerance * Double(serviceSum) / count, Double(options.floor))
        let gradient = sojourn > target ? max(target / sojourn, 0.5) : 1
        if gradient == 1 {
            overSince = 0
            // A limit that nobody comes near has not been shown to be too low.
            guard Double(peak) > limit / 2 else { return }
            limit += limit.squareRoot()
        } else {
            if overSince == 0 { overSince = now }
            guard now &- overSince >= options.patience else { return }
            // A limit that did not bind says nothing of what was too much.
            let bound = min(limit, Double(peak))
            limit = bound * gradient + bound.squareRoot() * gradient
        }
        limit = min(max(limit, options.minimum), options.maximum)
    }
}
