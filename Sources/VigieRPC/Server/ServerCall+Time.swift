import VigieTransport

/// A call's timers: the caller's deadline, and the limits on how slowly a peer may send and read.
///
/// Most calls end in the round that they begin in; only those that outlive it get a timer
/// (``RPCHandler/watch(_:)``). Timers cannot be taken back, so an object has one at most that counts,
/// and later calls of the object use it again.
extension ServerCall {
    private var wakeAt: MonotonicTime { isFinished ? sendBy : min(deadline, receiveBy) }

    /// The round is over and the call is not.
    func outlivedRound() {
        if isFinished, sendBy == .never {
            sendBy = loop.now.advanced(by: server.limits.responseTimeout)
        }
        scheduleTimer()
    }

    private func scheduleTimer() {
        let wanted = wakeAt
        guard wanted < timerAt else { return }
        timerAt = min(wanted, loop.now.advanced(by: EventLoop.longestTimer))
        loop.schedule(self, at: timerAt, token: timerAt.nanoseconds)
    }

    package func timerFired(token: UInt64, now: MonotonicTime) {
        guard token == timerAt.nanoseconds else { return }
        timerAt = .never
        guard isOpen else { return }
        if isFinished {
            // The peer does not take the end of its answer.
            if now >= sendBy { return reset(.cancel) }
        } else if now >= deadline {
            expire("the deadline passed while the call ran")
        } else if now >= receiveBy {
            expire("the request did not arrive within \(server.limits.requestTimeout)")
        }
        if isOpen { scheduleTimer() }
    }

    private func expire(_ message: String) {
        let isBlocked = responseStarted && !isWritable
        finish(RPCStatus(.deadlineExceeded, message))
        notifyCancelled()
        // What the peer has not taken in time it need not take any more.
        if isBlocked { reset(.cancel) }
    }
}
