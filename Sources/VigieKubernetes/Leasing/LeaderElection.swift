import VigieRollouts

/// Who leads, by the rules of client-go's `leaderelection`: a lease counts as held for its duration
/// after the moment at which its last change was *seen here*, so that clocks of different machines are
/// never compared. No clock and no network: the caller tells the time and carries out what is wanted.
struct LeaderElection: Sendable {
    /// Who this is: unique among all candidates.
    let identity: String
    let times: Times
    private var seen: (record: LeaseRecord, at: ContinuousClock.Instant)?
    private var renewedAt: ContinuousClock.Instant?

    struct Times: Sendable, Equatable {
        /// How long others wait for a leader of whom nothing is heard.
        var lease = Duration.seconds(15)
        /// Without a renewal for so long a leader stops leading; less than `lease`, so that it stops
        /// before another one begins.
        var renewal = Duration.seconds(10)
        /// Between two attempts.
        var retry = Duration.seconds(2)
    }

    init(identity: String, times: Times = Times()) {
        self.identity = identity
        self.times = times
    }

    enum Wish: Equatable {
        /// There is no lease yet.
        case create(LeaseRecord)
        /// Write this in place of what was read, if that is still there.
        case update(LeaseRecord)
        /// Somebody else leads.
        case wait(holder: String)
    }

    /// What to do about the lease as it was just read; nil when there is none.
    mutating func wish(
        _ record: LeaseRecord?, now: ContinuousClock.Instant, wall: WallTime
    ) -> Wish {
        guard let record else {
            return .create(
                LeaseRecord(
                    holder: identity, duration: times.lease, acquiredAt: wall, renewedAt: wall,
                    transitions: 0))
        }
        if seen?.record != record { seen = (record, now) }
        let isMine = record.holder == identity
        if !isMine, !record.holder.isEmpty, let seen, seen.at + record.duration > now {
            return .wait(holder: record.holder)
        }
        return .update(
            LeaseRecord(
                holder: identity, duration: times.lease,
                acquiredAt: isMine ? record.acquiredAt ?? wall : wall, renewedAt: wall,
                transitions: isMine ? record.transitions : record.transitions + 1))
    }

    /// What was wished for is done.
    /// - Parameter began: when the request was sent: the lease may have been written that early.
    mutating func confirm(_ record: LeaseRecord, began: ContinuousClock.Instant) {
        seen = (record, began)
        renewedAt = began
    }

    /// It is somebody else's, or was let go.
    mutating func lose() { renewedAt = nil }

    /// Whether this one may act as leader.
    func leads(at now: ContinuousClock.Instant) -> Bool {
        renewedAt.map { $0 + times.renewal > now } ?? false
    }

    /// The lease as it is when this one lets go, so that another one need not wait.
    func released(wall: WallTime) -> LeaseRecord? {
        guard let record = seen?.record, record.holder == identity else { return nil }
        return LeaseRecord(
            holder: "", duration: .seconds(1), acquiredAt: wall, renewedAt: wall,
            transitions: record.transitions)
    }
}
