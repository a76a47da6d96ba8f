import Glibc

/// The signals that our programs understand. They are blocked in every thread and waited for by the main
/// one, so that no code runs inside a signal handler.
package enum Signals {
    package enum Event {
        /// SIGTERM, SIGINT: go in good order.
        case terminate
        /// SIGHUP: read files again; for what runs in a terminal, that the terminal has gone.
        case reload
        /// Nothing came within the time.
        case timeout
    }

    private static var watched: sigset_t {
        var set = sigset_t()
        sigemptyset(&set)
        for signal in [SIGTERM, SIGINT, SIGHUP] { sigaddset(&set, signal) }
        return set
    }

    /// Call it on the main thread before any other thread is made: they inherit the mask.
    package static func block() {
        var set = watched
        pthread_sigmask(SIG_BLOCK, &set, nil)
        // A peer that closes while we write must not end the process.
        signal(SIGPIPE, SIG_IGN)
    }

    /// Waits that long at most. On the main thread.
    package static func wait(atMost duration: Duration) -> Event {
        var set = watched
        let (seconds, attoseconds) = duration.components
        var time = timespec(tv_sec: Int(seconds), tv_nsec: Int(attoseconds / 1_000_000_000))
        switch sigtimedwait(&set, nil, &time) {
        case SIGTERM, SIGINT: return .terminate
        case SIGHUP: return .reload
        default: return .timeout
        }
    }
}
