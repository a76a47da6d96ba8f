/// How far the files of a version are on their way.
struct FetchState {
    enum Phase {
        /// Nobody has asked for it.
        case idle
        /// In the queue, or being read.
        case fetching
        /// Its folder is there.
        case ready
        /// It could not be had; tried again at `retryAt`.
        case failed(RegistryError)
    }

    var phase = Phase.idle
    /// What it is a state of.
    var revision = ""
    var failures = 0
    var retryAt: ContinuousClock.Instant?
    var isRunning = false
    /// Its folder was found damaged and is read again; once a revision.
    var isMended = false

    /// Differs when loading it may have another outcome.
    var stamp: String {
        switch phase {
        case .idle: "idle"
        case .fetching: "fetching"
        case .ready: "ready"
        case .failed(let error): "failed \(error.message)"
        }
    }
}
