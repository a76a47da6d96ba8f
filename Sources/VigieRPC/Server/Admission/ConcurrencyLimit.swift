/// How many calls may be under way at once: found by itself, from how long calls take against how long
/// they would take alone.
///
/// The controller is the gradient one of Netflix's concurrency-limits (Gradient2Limit) and of Envoy
/// (adaptive_concurrency), with one difference. Those have to guess what a call takes without a queue:
/// by the smallest latency seen, which drifts under a load that lasts, or by letting nearly nobody in for
/// a while. Here the same thread that queues also computes, and so knows both parts of each latency:
///
///     target   = max(tolerance × service, usual)
///     gradient = clamp(target / sojourn, 0.5, 1)
///     limit    = limit × gradient + √limit
///
/// where *service* is the mean time of computing, *sojourn* that of waiting and computing, and *usual*
/// what calls may take by what they take while the server keeps up (``UsualLatency``), or, where that is
/// not known, a fixed floor. The square root lets a limit grow again, and is what is left of it when
/// everything takes too long.
///
/// That limit is patient, for it must not take a burst for a change of the load; and meanwhile a queue
/// grows. At three times the capacity each round of a loop brings three times as many calls as the one
/// before: 5 ms of them, 16, 48, 150, and all who came in that first moment wait for so long, who are more
/// than one of a hundred for the next fifteen seconds. So where it is known what is usual, ``burst``
/// bounds at once what may be taken on together.
///
/// Both are less where callers say that they will not wait for so long: an answer after its deadline is
/// computed for nobody.
///
/// A value without clock, thread or lock: time comes in as `now`, so that every step can be tested.
package struct ConcurrencyLimit: Sendable {
    package struct Options: Sendable, Equatable {
        /// The limit never falls below: as many calls as make a loop's round worth its system calls.
        package var minimum = 8.0
        /// Where it begins, and never rises above.
        package var maximum = 10_000.0
        /// How many times its service time a call may take before the limit falls. At 80 % of a single
        /// server's capacity the 99th percentile of random arrivals is some 10 (M/D/1); with half as much
        /// as the mean under overload, the 99th percentile there stays within twice of that.
        package var tolerance = 5.0
        /// In nanoseconds: as long as nothing is known of what is usual, shorter waits are nobody's
        /// concern, whatever a call costs. 256 callers of 50 µs each who all wait for their answers are
        /// no overload, though each waits 13 ms.
        package var floor: UInt64 = 25_000_000
        /// Which part of the usual 99th percentile a call may take on average under overload. Calls that
        /// are taken on a round at a time wait for one round on average and for two at most, and for
        /// their bytes to be read, which nobody here sees: as much again was measured.
        package var usualShare = 0.45
        /// In nanoseconds: what nobody may be refused for, however fast calls usually are. A loop is
        /// kept from running for so long by the system now and then.
        package var usualMin: UInt64 = 500_000
        /// In nanoseconds: who gives up earlier than twice this hurries nobody else.
        package var urgentMin: UInt64 = 2_000_000
        /// How the usual latency is learnt; nil: ``floor`` stands for it always.
        package var usual: UsualLatency.Options? = UsualLatency.Options()
        /// Who work at the same time.
        package var servers = 1
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
    private var busySum: UInt64 = 0
    private var peak = 0
    private var cost = CallCost()
    private var turnedAway = 0
    private var urgency = 0.0
    private var patience = CallerPatience()
    /// Since when calls have taken too long; 0 while they do not.
    private var overSince: UInt64 = 0
    private var usual: UsualLatency?

    package init(_ options: Options = Options()) {
        self.options = options
        limit = options.maximum
        usual = options.usual.map { UsualLatency($0) }
    }

    /// In nanoseconds: what calls may take on average before the limit falls, for the wait alone.
    package var latencyTarget: UInt64 {
        var target = options.floor
        if let known = usual?.percentile99 {
            let share = UInt64(Double(known) * options.usualShare)
            target = min(max(share, options.usualMin), target)
        }
        return min(target, UInt64(min(urgentTime, 1e18)))
    }

    /// In nanoseconds: what calls may take on average so that they are answered before their callers give
    /// up, who see up to twice as much; infinite while nobody has a deadline.
    private var urgentTime: Double {
        guard let typical = patience.typical else { return .infinity }
        return max(typical * options.usualShare, Double(options.urgentMin))
    }

    /// Calls that may be taken on together, whatever ``limit`` says: as many, of normal priority, as are
    /// computed in the usual 99th percentile of what calls take, and before callers give up.
    ///
    /// - Returns: calls of the highest class; infinite where nothing is known of what is usual, and
    ///   nobody has a deadline.
    package var burst: Double {
        let known = usual?.percentile99.map { Double(max($0, options.usualMin)) }
        let time = min(known ?? .infinity, urgentTime)
        guard time < .infinity, let cost = cost.mean, cost > 0 else { return .infinity }
        let calls = time * Double(options.servers) / cost
        return max(calls / CallPriority.normal.share, options.minimum)
    }

    /// The same for a server that takes its calls on a round at a time.
    ///
    /// One that was held up finds what came meanwhile, which, where the load is below its capacity, is
    /// computed in less time than it was held up for; that is answered whole. More than that came faster
    /// than it can be answered.
    ///
    /// - Parameters:
    ///   - elapsed: nanoseconds in which these calls have come.
    ///   - admitted: calls that were taken on in the round before.
    ///   - turnedAway: whether others were turned away in it.
    package func burst(elapsed: UInt64, admitted: Int, turnedAway: Bool) -> Double {
        let usual = burst
        guard usual < .infinity, let cost = cost.mean else { return usual }
        if turnedAway {
            // On to what the patient limit would be, since refusals take time, too, in which more come;
            // no faster than a backlog shrinks that a stop has left behind.
            let before = 0.9 * Double(admitted) / CallPriority.normal.share
            return max(before, usual * options.usualShare, options.minimum)
        }
        let came = min(Double(elapsed), urgentTime) * Double(options.servers) / cost
        // Random arrivals: two standard deviations more.
        return max(usual, (came + 2 * came.squareRoot()) / CallPriority.normal.share)
    }

    /// Whether one more call may come in where `underWay` are.
    ///
    /// - Parameter most: calls of the highest class that may be under way: ``limit``, or less.
    @inline(__always)
    package static func admits(underWay: Int, of most: Double, _ priority: CallPriority) -> Bool {
        Double(underWay) < most * priority.share
    }

    /// What ended together: a loop's round, or a run of the workers.
    package struct Ended: Sendable {
        package var calls: Int
        /// Nanoseconds that they waited and were computed, all added up.
        package var sojourn: UInt64
        /// Nanoseconds that the one that took longest took.
        package var longest: UInt64
        /// Nanoseconds that they were computed, all added up.
        package var service: UInt64
        /// Nanoseconds that a server worked for them.
        package var busy: UInt64
        /// How many were under way at once.
        package var underWay: Int
        /// How many others were turned away since the last that ended.
        package var turnedAway: Int
        /// 1 / deadline, in 1 / nanoseconds, of all these calls that have one, added up.
        package var urgency: Double

        package init(
            calls: Int, sojourn: UInt64, longest: UInt64, service: UInt64, busy: UInt64,
            underWay: Int, turnedAway: Int, urgency: Double = 0
        ) {
            self.calls = calls
            self.sojourn = sojourn
            self.longest = longest
            self.service = service
            self.busy = busy
            self.underWay = underWay
            self.turnedAway = turnedAway
            self.urgency = urgency
        }
    }

    /// Notes calls that have been answered.
    ///
    /// - Parameter now: nanoseconds of a monotonic clock.
    package mutating func note(_ ended: Ended, now: UInt64) {
        calls += ended.calls
        sojournSum &+= ended.sojourn
        serviceSum &+= ended.service
        busySum &+= ended.busy
        turnedAway += ended.turnedAway
        urgency += ended.urgency
        peak = max(peak, ended.underWay)
        usual?.note(
            calls: ended.calls, longest: ended.longest,
            busy: ended.busy / UInt64(max(options.servers, 1)), underWay: ended.underWay,
            turnedAway: ended.turnedAway, now: now)
        guard now >= windowEnd else { return }
        if windowEnd != 0, calls > 0 {
            cost.note(calls: calls, busy: busySum)
            patience.note(calls: calls + turnedAway, urgency: urgency)
            adjust(now)
        }
        windowEnd = now &+ options.window
        calls = 0
        sojournSum = 0
        serviceSum = 0
        busySum = 0
        turnedAway = 0
        urgency = 0
        peak = 0
    }

    private mutating func adjust(_ now: UInt64) {
        let count = Double(calls)
        let sojourn = Double(sojournSum) / count
        let target = max(options.tolerance * Double(serviceSum) / count, Double(latencyTarget))
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
