import VigieProtos
import VigieRegistry
import VigieRouting

/// What one loop serves at one moment; immutable but for what the loop itself does with its
/// versions.
///
/// Sendable because the store's thread makes it and hands it over whole: from then on only the loop
/// looks into the versions. The next table takes over those that stay, without touching them.
final class ServedTable: @unchecked Sendable {
    /// The store's snapshot that this was made of.
    let source: ModelTable
    /// The rollouts that it was made with.
    let routes: RouteTable
    /// In the order of ``source``'s entries.
    let models: [ServedModel]
    private let names: NameTable
    private let arena = Arena(firstBlockBytes: 1024)

    /// - Parameters:
    ///   - previous: what the loop serves until this takes over.
    ///   - pool: where dear requests run.
    convenience init(
        _ source: ModelTable, previous: ServedTable? = nil, pool: WorkerOptions? = nil
    ) {
        var shared = SharedVersions(pool: pool)
        shared.update(source)
        self.init(source, previous: previous, shared)
    }

    /// - Parameters:
    ///   - routes: rollouts of models, some of which may not be in `source`.
    ///   - shared: has every version of `source`.
    ///   - shadows: has every shadow of `routes`; nil for none.
    init(
        _ source: ModelTable, routes: RouteTable = .empty, previous: ServedTable?,
        _ shared: SharedVersions, shadows: ShadowBoard? = nil
    ) {
        self.source = source
        self.routes = routes
        var former: [String: ServedRoutes] = [:]
        for model in previous?.models ?? [] { former[model.name] = model.routes }
        var kept: [ObjectIdentifier: ServedVersion] = [:]
        for version in previous?.models.flatMap(\.versions) ?? [] {
            kept[ObjectIdentifier(version.model)] = version
        }
        models = source.entries.map { entry in
            let versions = entry.versions.map {
                kept[ObjectIdentifier($0)] ?? ServedVersion(shared.find($0))
            }
            let current = versions.first { $0.model === entry.current }
            let served = routes[entry.name].flatMap {
                ServedRoutes(
                    $0, versions: versions, current: current, previous: former[entry.name], shadows)
            }
            let labels = entry.labels.compactMap { label in
                versions.first { $0.model === label.model }.map { ServedLabel(label.name, $0) }
            }
            return ServedModel(
                name: entry.name, versions: versions, current: current, labels: labels,
                routes: served)
        }
        let arena = arena
        names = NameTable(source.entries.map { Text(copying: $0.name, in: arena) })
    }

    /// The model of that name; nil when none is ready. Allocates nothing.
    @inline(__always)
    func find(_ name: Text) -> ServedModel? { names.find(name).map { models[$0] } }

    /// The counters of everything that is served, for whoever adds them up.
    var counters: [(model: LoadedModel, counters: VersionCounters)] {
        models.flatMap(\.versions).map { ($0.model, $0.counters) }
    }
}

/// A model with those of its versions that are ready.
final class ServedModel {
    let name: String
    /// Ascending.
    let versions: [ServedVersion]
    /// What an unspecified version means: the rollout's stable version, or, without a rollout, the
    /// newest.
    let current: ServedVersion?
    /// Movable names of versions; few.
    let labels: [ServedLabel]
    /// Nil without a rollout.
    let routes: ServedRoutes?

    init(
        name: String, versions: [ServedVersion], current: ServedVersion?,
        labels: [ServedLabel] = [], routes: ServedRoutes?
    ) {
        self.labels = labels
        self.name = name
        self.versions = versions
        self.current = routes?.stable ?? current
        self.routes = routes
    }

    /// The version of that number; nil when it is not ready.
    func version(_ number: Int) -> ServedVersion? {
        // A handful of versions, and callers that pin one mostly pin a new one.
        for served in versions.reversed() where served.model.version == number { return served }
        return nil
    }
}
