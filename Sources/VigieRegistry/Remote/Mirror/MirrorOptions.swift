/// How a remote registry is followed.
package struct MirrorOptions: Sendable {
    /// Between two looks at the list: half to one and a half of it, so that pods do not look together.
    package var pollInterval: Duration = .seconds(10)
    /// After failures the looks grow rarer, up to here.
    package var pollIntervalMax: Duration = .seconds(60)
    /// How long a pod that starts with an empty cache tries to reach the registry before it gives up.
    package var startTimeout: Duration = .seconds(15)
    /// Downloads at a time.
    package var fetchThreads = 2
    /// The first and greatest wait before a download that failed is tried again.
    package var fetchRetry: Duration = .seconds(1)
    package var fetchRetryMax: Duration = .seconds(60)
    /// Bytes of a version's files together.
    package var versionBytesMax = ManifestLimits.versionBytesMax

    package init() {}
}
