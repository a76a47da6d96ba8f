/// How a ``ListWatch`` behaves.
package struct ListWatchOptions: Sendable {
    /// Kubernetes' label selector: "team=risk,stage in (a, b)"; nil for all objects.
    package var labelSelector: String?
    /// Objects of one page of a list: what kubectl takes.
    package var pageSize = 500
    /// A watch is ended by the server after so many seconds, or up to twice as many.
    package var watchSeconds = 300
    /// Without a byte for so long a watch counts as dead: servers send bookmarks every minute.
    package var silenceMax = Duration.seconds(150)
    /// Objects that are kept: far more than a cluster has models.
    package var objectsMax = 10_000
    package var backoff = Backoff()

    package init() {}
}

/// What a ``ListWatch`` has done.
package struct ListWatchCounts: Sendable, Equatable {
    package var lists: UInt64 = 0
    package var watches: UInt64 = 0
    package var events: UInt64 = 0
    /// 410: everything was listed anew.
    package var expired: UInt64 = 0
    package var failures: UInt64 = 0
    package var isConnected = false
}
