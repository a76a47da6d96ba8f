import Glibc

/// SIGINT and SIGTERM end a run early, with a report. They are blocked and waited for, so that no code
/// runs inside a signal handler.
enum Interruption {
    private static var watched: sigset_t {
        var set = sigset_t()
        sigemptyset(&set)
        sigaddset(&set, SIGINT)
        sigaddset(&set, SIGTERM)
        return set
    }

    /// Call it on the main thread before any other thread is made.
    static func block() {
        var set = watched
        pthread_sigmask(SIG_BLOCK, &set, nil)
        signal(SIGPIPE, SIG_IGN)
    }

    /// Waits that long; true when somebody asks to stop.
    static func wait(_ duration: Duration) -> Bool {
        var set = watched
        let (seconds, attoseconds) = duration.components
        var time = timespec(tv_sec: Int(seconds), tv_nsec: Int(attoseconds / 1_000_000_000))
        return sigtimedwait(&set, nil, &time) > 0
    }
}
