/// How a store behaves. The defaults suit a pod.
package struct StoreOptions: Sendable {
    /// The versions of each model that are kept in memory and can be called by number. More cost
    /// memory; fewer make a rollback load from disk first.
    package var policies = VersionPolicies()
    /// The folder is looked through this often even when inotify says nothing: network volumes do
    /// not report what others write. A large registry is looked through less often, so that the
    /// looking takes under 1/50 of the thread's time.
    package var pollInterval: Duration = .seconds(1)
    /// Whether inotify is used; without it the poll interval is the delay of every publication.
    package var watches = true
    /// After a change, this much silence before the folder is looked through: a copy is many
    /// events.
    package var debounce: Duration = .milliseconds(30)
    /// But no more than this after the first of a stream of changes.
    package var debounceMax: Duration = .milliseconds(500)
    /// A version that is incomplete counts as being written (LOADING) as long as something in it
    /// changed less than this ago, and as broken (UNAVAILABLE) after that. Either way it is tried
    /// again when its files change.
    package var settleTime: Duration = .seconds(10)
    /// The first and greatest wait between two tries of a version that is being written.
    package var retryInterval: Duration = .milliseconds(100)
    package var retryIntervalMax: Duration = .seconds(2)
    /// When a version that could not be read for want of descriptors or memory, or since a disk failed,
    /// is tried again: nothing in its files will change.
    package var passingRetryInterval: Duration = .seconds(10)
    /// A version's folder must be gone for this long before it is unloaded: replacing a folder by
    /// two renames is no removal.
    package var removalGrace: Duration = .milliseconds(200)
    /// Threads that load at the start. Later loads have one, so that serving keeps its cores.
    package var loadThreads = 2
    /// Serve only these models; nil serves all.
    package var models: Set<String>?

    package init() {}
}
