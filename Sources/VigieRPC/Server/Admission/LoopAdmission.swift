import VigieTransport

/// Keeps a loop from taking on more than it can answer in time.
///
/// A loop computes its calls one after the other, so what is under way on it are the calls of one round
/// of events: those whose bytes lay ready when the round began. They wait for those before them, and
/// before that for the round that was running when they came. So the limit is one of calls a round, and
/// what comes beyond it in a round is turned away at its headers, for a small part of what an answer
/// costs: before its message is read, with a header block that was prepared at start-up.
///
/// Costs a comparison a call, and some additions a round. The loop's thread only.
struct LoopAdmission {
    private let loop: EventLoop
    private(set) var limit: ConcurrencyLimit
    private let refusals: [PreparedRefusal]
    private let counters: RPCCounters
    private var nextRefusal = 0
    private var round: UInt64 = .max
    private var admitted = 0
    private var refused = 0
    /// Of the round's calls: see ``ConcurrencyLimit/Ended/urgency``.
    private var urgency = 0.0
    /// Calls of the highest class that the round may take on.
    private var most: Double
    private var began: UInt64 = 0
    /// How long the round before this one kept the loop from its sockets.
    private var busyBefore: UInt64 = 0

    init(
        _ loop: EventLoop, _ options: ConcurrencyLimit.Options, retryAfter: Duration,
        _ counters: RPCCounters
    ) {
        self.loop = loop
        self.counters = counters
        limit = ConcurrencyLimit(options)
        most = limit.limit
        refusals = PreparedRefusal.spread(
            .load, "the server is overloaded: too many calls came before this one",
            retryAfter: retryAfter)
    }

    /// Takes a call on, or says how it is turned away.
    @inline(__always)
    ///
    /// - Parameter timeout: for how long its caller waits; nil for ever.
    mutating func admit(_ priority: CallPriority, timeout: Duration?) -> PreparedRefusal? {
        if round != loop.round { beginRound() }
        if let timeout { urgency += 1 / Double(max(timeout.clampedNanoseconds, 1)) }
        guard ConcurrencyLimit.admits(underWay: admitted, of: most, priority) else {
            return refuse()
        }
        admitted += 1
        return nil
    }

    /// Whether more than half of the calls that the round may take on have come.
    var isBusy: Bool { Double(2 * admitted) > most }

    @inline(never)
    private mutating func refuse() -> PreparedRefusal {
        refused += 1
        nextRefusal = (nextRefusal + 1) % refusals.count
        return refusals[nextRefusal]
    }

    @inline(never)
    private mutating func beginRound() {
        // What the loop has spent since it last looked at its sockets is the round before this one,
        // if there was no pause between them.
        let last = loop.lastRound
        if round == last.number {
            let spent = last.ended &- began
            if admitted > 0 {
                // The k-th of n calls is done after k/n of the round, and came, on average, in the
                // middle of the one before.
                let mean = busyBefore / 2 &+ spent / 2 &+ spent / UInt64(2 * admitted)
                limit.note(
                    ConcurrencyLimit.Ended(
                        calls: admitted, sojourn: mean &* UInt64(admitted),
                        longest: busyBefore &+ spent, service: spent, busy: spent,
                        underWay: admitted, turnedAway: refused, urgency: urgency),
                    now: last.ended)
                counters.callLimit.set(UInt64(max(limit.limit, 0)))
            }
        }
        let now = loop.now.nanoseconds
        // What lies ready has come since the last look at the sockets, before the last round.
        let burst = limit.burst(
            elapsed: now &- last.began, admitted: admitted,
            turnedAway: refused > 0 && round == last.number)
        most = min(limit.limit, burst)
        busyBefore = now &- last.ended < Self.pauseMin ? last.ended &- last.began : 0
        round = loop.round
        began = now
        admitted = 0
        refused = 0
        urgency = 0
    }

    /// In nanoseconds: a loop that waited longer for its sockets had left nothing behind.
    private static let pauseMin: UInt64 = 5_000
}
