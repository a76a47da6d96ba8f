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
}
