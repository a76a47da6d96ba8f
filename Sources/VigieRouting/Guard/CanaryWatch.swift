import VigieRollouts
import VigieTransport

/// Looks back over a sliding window of samples, and says when a canary is beyond its limits. Pure: time
/// and counts come in, a verdict goes out.
///
/// - **Error rate**: faults over all that ended, plus the share of requests that the canary found wrong
///   over and above what the stable version did, and what chance may add to that: wrong requests are
///   their callers' fault, unless only the canary thinks so.
/// - **Latency**: more than one in a hundred took longer than the limit for p99. Requests that have not
///   ended count too when they have been under way for longer than the limit: so a canary that hangs is
///   found before its first answer.
/// - **Non-finite outputs**: any, if the stable version has had fewer of them for what it answered.
package struct CanaryWatch: Sendable {
    private struct Entry {
        var time: UInt64
        var sample: GuardSample
    }

    /// Requests that never ended in the books are forgotten after so many nanoseconds: counters are
    /// read one after the other, and a request in between must not count for ever.
    private static let memory: UInt64 = 10_000_000_000

    private let limits: GuardSpec
    private let window: UInt64
    private let latency: UInt64
    /// Ascending by time; the first is at least a window old, if any is.
    private var entries: [Entry] = []
    /// Requests under way, at every entry of the last ``memory``.
    private var underWay: [(time: UInt64, count: UInt64)] = []

    package init(_ limits: GuardSpec) {
        self.limits = limits
        window = limits.window.clampedNanoseconds
        latency = limits.p99?.clampedNanoseconds ?? .max
    }

    /// Takes the counts of `now`, and says whether the canary must go.
    /// - Parameter now: nanoseconds of any clock that does not go back.
    package mutating func look(_ sample: GuardSample, now: UInt64) -> (
        reason: GuardTrip.Reason, message: String
    )? {
        if let last = entries.last, sample.isBehind(last.sample) {
            // A version was loaded anew, and counts from the beginning.
            entries = []
            underWay = []
        }
        let overdue = overdue(sample, now)
        entries.append(Entry(time: now, sample: sample))
        let horizon = now &- min(window, now)
        while entries.count > 2, entries[1].time <= horizon { entries.removeFirst() }
        let before = entries[0].sample
        let canary = sample.canary - before.canary
        if limits.nonFinite, canary.nonFinite > 0 {
            let stable = sample.stable
            // As a share of what each answered: cross-multiplied, so that nothing is divided by zero.
            let own = Double(canary.nonFinite) * Double(max(stable.answered, 1))
            if own > Double(stable.nonFinite) * Double(max(canary.ended, 1)) {
                return (
                    .nonFinite,
                    "\(canary.nonFinite) of \(canary.ended) answers were no finite numbers"
                )
            }
        }
        return errors(canary, sample, before) ?? slowness(canary, sample, before, overdue)
    }

    private func errors(
        _ canary: GuardSample.Counts, _ sample: GuardSample, _ before: GuardSample
    ) -> (GuardTrip.Reason, String)? {
        let ended = canary.answered &+ canary.faults &+ canary.rejections
        guard let limit = limits.errorRate, ended >= UInt64(limits.minimumRequests), ended > 0
        else { return nil }
        let recent = sample.stable - before.stable
        let stable =
            recent.ended >= UInt64(limits.minimumRequests) ? recent : sample.stable
        let rate =
            Double(canary.faults) / Double(ended)
            + Self.excess(canary.rejections, of: ended, over: stable.rejections, of: stable.ended)
        guard rate > limit else { return nil }
        return (
            .errorRate,
            "\(canary.faults) of \(ended) requests failed and \(canary.rejections) were refused "
                + "in the last \(limits.window), more than \(limit * 100) %"
        )
    }

    /// Standard deviations that a difference of two shares must exceed to be no chance: it is looked at
    /// twenty times a second, for weeks.
    private static let deviations = 5.0

    /// By how much a share is above another one beyond what chance may do; 0 when it is not.
    private static func excess(
        _ count: UInt64, of all: UInt64, over usual: UInt64, of usualAll: UInt64
    ) -> Double {
        guard count > 0, usualAll > 0 else { return Double(count) / Double(max(all, 1)) }
        let (own, other) = (Double(all), Double(usualAll))
        let pooled = (Double(count) + Double(usual)) / (own + other)
        let deviation = (pooled * (1 - pooled) * (1 / own + 1 / other)).squareRoot()
        return max(Double(count) / own - Double(usual) / other - deviations * deviation, 0)
    }

    private func slowness(
        _ canary: GuardSample.Counts, _ sample: GuardSample, _ before: GuardSample,
        _ overdue: UInt64
    ) -> (GuardTrip.Reason, String)? {
        guard let limit = limits.p99 else { return nil }
        let slow = (sample.slow &- before.slow) &+ overdue
        let all = canary.answered &+ overdue
        guard all >= UInt64(limits.minimumRequests), slow &* 100 > all else { return nil }
        return (
            .p99,
            "\(slow) of \(all) requests took longer than \(limit) in the last \(limits.window)"
                + (overdue > 0 ? ", \(overdue) of them are not answered yet" : "")
        )
    }

    /// How many requests at least have been under way for longer than the limit: those that had been
    /// sent so long ago, less all that ended since the beginning.
    private mutating func overdue(_ sample: GuardSample, _ now: UInt64) -> UInt64 {
        guard latency != .max else { return 0 }
        let ended = sample.canary.ended
        underWay.append((now, sample.started &- min(ended, sample.started)))
        let oldest = now &- min(Self.memory, now)
        if let first = underWay.firstIndex(where: { $0.time >= oldest }), first > 0 {
            underWay.removeFirst(first)
        }
        let lost = underWay.reduce(UInt64.max) { min($0, $1.count) }
        let sent = entries.last { $0.time <= now &- min(latency, now) }?.sample.started ?? 0
        let gone = ended &+ lost
        return sent > gone ? sent &- gone : 0
    }
}

extension GuardSample.Counts {
    fileprivate static func - (left: Self, right: Self) -> Self {
        var difference = Self()
        difference.answered = left.answered &- right.answered
        difference.faults = left.faults &- right.faults
        difference.rejections = left.rejections &- right.rejections
        difference.others = left.others &- right.others
        difference.nonFinite = left.nonFinite &- right.nonFinite
        return difference
    }
}
