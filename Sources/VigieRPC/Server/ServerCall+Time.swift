import VigieTransport

/// A call's timer: the caller's deadline. (How slowly a peer may send and read is the transport's
/// business: ServerLimits.)
///
/// Most calls end in the round that they begin in; only those that outlive it get a timer
/// (``RPCHandler/watch(_:)``). Timers cannot be taken back, so an object has one at most that counts,
/// and later calls of the object use it again.
extension ServerCall {
    /// The round is over and the call is not.
    func outlivedRound() {
        if !isFinished { scheduleTimer() }
    }

    private func scheduleTimer() {
        guard deadline < timerAt else { return }
        timerAt = min(deadline, loop.now.advanced(by: EventLoop.longestTimer))
        loop.schedule(self, at: timerAt, token: timerAt.nanoseconds)
    }

    package func timerFired(token: UInt64, now: MonotonicTime) {
        guard token == timerAt.nanoseconds else { return }
        timerAt = .never
        guard isOpen, !isFinished else { return }
        guard now >= deadline else { return scheduleTimer() }
        server.counters.refused(.deadline)
        let isBlocked = responseStarted && !isWritable
        finish(RPCStatus(.deadlineExceeded, "the deadline passed while the call ran"))
        notifyCancelled()
        // What the peer has not taken in time it need not take any more.
        if isBlocked { reset(.cancel) }
    }
}
