import VigieRegistry

/// The ``SharedVersion`` of every version that is served; whoever has it sees to it that one thread
/// uses it at a time.
struct SharedVersions {
    private let batching: BatchingPolicy?
    private var versions: [ObjectIdentifier: SharedVersion] = [:]

    /// - Parameter batching: for versions whose manifest says nothing of it.
    init(batching: BatchingPolicy?) { self.batching = batching }

    /// Makes those that are new in `table`, and lets go of those that are not in it any more.
    mutating func update(_ table: ModelTable) {
        var next: [ObjectIdentifier: SharedVersion] = [:]
        for model in table.entries.flatMap(\.versions) {
            let id = ObjectIdentifier(model)
            next[id] = versions[id] ?? SharedVersion(model, batching: batching)
        }
        versions = next
    }

    func find(_ model: LoadedModel) -> SharedVersion {
        versions[ObjectIdentifier(model)] ?? SharedVersion(model, batching: batching)
    }

    /// What workers have counted for `model`.
    func counters(_ model: LoadedModel) -> VersionCounters? {
        versions[ObjectIdentifier(model)]?.counters
    }
}
