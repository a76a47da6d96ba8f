import Synchronization
import VigieTelemetry

/// What a store reports: how its versions stand, and what has come of its loads. It hears of those by
/// ``note(_:)``.
package final class RegistryMetrics: MetricSource {
    private let state = Mutex(State())
    private let store = Mutex<ModelStore?>(nil)
    private let mirror = Mutex<MirrorSource?>(nil)

    private struct Failure: Hashable, Comparable {
        let reason: String
        let cause: String

        static func < (left: Self, right: Self) -> Bool {
            (left.reason, left.cause) < (right.reason, right.cause)
        }
    }

    private struct State {
        var loaded: UInt64 = 0
        var failures: [Failure: UInt64] = Dictionary(
            uniqueKeysWithValues: RegistryError.Cause.allCases.flatMap { cause in
                ["refused", "incomplete"].map { (Failure(reason: $0, cause: cause.rawValue), 0) }
            })
        var unloaded: UInt64 = 0
        var changed: UInt64 = 0
        var isReadable = true
    }

    // Written under `state`'s lock, so by one thread at a time.
    private let loads = LoopHistogram()
    private let warmUps = LoopHistogram()

    package init() {}

    /// The store whose versions are counted by state; before it has loaded, there is none.
    package func watch(_ store: ModelStore) { self.store.withLock { $0 = store } }

    /// Where versions come from: a remote registry has figures of its own.
    package func watch(_ source: any RegistrySource) {
        mirror.withLock { $0 = source as? MirrorSource }
    }

    /// Counts what has happened in the store.
    package func note(_ event: StoreEvent) {
        state.withLock { state in
            switch event {
            case .loaded(let model):
                state.loaded += 1
                loads.record(model.loadDuration.wholeNanoseconds)
                warmUps.record(model.warmUpDuration.wholeNanoseconds)
            case .failed(_, _, let error):
                let reason = error.reason == .incomplete ? "incomplete" : "refused"
                let failure = Failure(reason: reason, cause: error.cause.rawValue)
                state.failures[failure, default: 0] += 1
            case .superseded, .unloaded: state.unloaded += 1
            case .changedOnDisk: state.changed += 1
            case .folderUnreadable: state.isReadable = false
            case .folderReadable: state.isReadable = true
            case .waiting, .watchLimited, .labelMoved: break
            }
        }
    }

    package func metricFamilies() -> [MetricFamily] {
        let store = self.store.withLock { $0 }
        let statuses = store?.statuses() ?? []
        let states: [ModelStatus.State] = [.ready, .loading, .unavailable]
        let (counts, loads, warmUps) = state.withLock { state in
            (state, HistogramSnapshot([self.loads]), HistogramSnapshot([self.warmUps]))
        }
        return [
            MetricFamily(
                .gauge, "vigie_registry_versions", help: "Versions in the registry, by state.",
                metrics: states.map { state in
                    Metric(
                        Double(statuses.count { $0.state == state && $0.version != nil }),
                        [MetricLabel("state", state.rawValue.lowercased())])
                }),
            MetricFamily(
                .gauge, "vigie_registry_generation",
                help: "Publications so far: grows with every change of what is served.",
                metrics: [Metric(store?.table.generation ?? 0)]),
            MetricFamily(
                .gauge, "vigie_registry_readable",
                help: "1 while the registry's folder can be read, else 0.",
                metrics: [Metric(counts.isReadable ? 1.0 : 0)]),
            MetricFamily(
                .counter, "vigie_registry_loads", help: "Versions that were loaded.",
                metrics: [Metric(counts.loaded)]),
            MetricFamily(
                .counter, "vigie_registry_load_failures",
                help: "Versions that could not be loaded, by reason and cause.",
                metrics: counts.failures.sorted { $0.key < $1.key }.map {
                    Metric(
                        $0.value,
                        [
                            MetricLabel("reason", $0.key.reason),
                            MetricLabel("cause", $0.key.cause),
                        ])
                }),
            MetricFamily(
                .counter, "vigie_registry_unloads", help: "Versions that left memory.",
                metrics: [Metric(counts.unloaded)]),
            MetricFamily(
                .counter, "vigie_registry_changes_ignored",
                help: "Loaded versions whose files changed on disk.",
                metrics: [Metric(counts.changed)]),
            MetricFamily(
                .histogram, "vigie_registry_load_duration_seconds", unit: "seconds",
                help: "Reading, verifying and compiling a version.", metrics: [Metric(loads)]),
            MetricFamily(
                .histogram, "vigie_registry_warm_up_duration_seconds", unit: "seconds",
                help: "Warming a version up before it is served.", metrics: [Metric(warmUps)]),
        ] + (mirror.withLock { $0 }?.metricFamilies() ?? [])
    }
}

extension Duration {
    /// From zero on.
    fileprivate var wholeNanoseconds: UInt64 { UInt64(max(self / .nanoseconds(1), 0)) }
}
