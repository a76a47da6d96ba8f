import Glibc

/// One descriptor a connection: the soft limit of most systems, 1024, is far too low for a server.
enum FileDescriptors {
    /// Raises the process's limit as far as it may.
    static func raiseLimit() {
        var limit = rlimit()
        guard getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit) == 0 else { return }
        limit.rlim_cur = limit.rlim_max
        setrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit)
    }

    /// Kept for all but callers: the registry, logs, databases, probes and scrapes.
    private static let reserve = 64

    /// How many connections there can be.
    /// - Parameter wanted: how many there may be.
    static func connections(_ wanted: Int) -> Int {
        var limit = rlimit()
        guard getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit) == 0 else {
            return wanted
        }
        let most = Int(clamping: limit.rlim_cur)
        return min(wanted, max(most - reserve, most / 2))
    }
}
