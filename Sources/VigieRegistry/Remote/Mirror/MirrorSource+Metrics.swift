import VigieTelemetry

/// What a remote registry's mirror reports.
extension MirrorSource {
    func metricFamilies() -> [MetricFamily] {
        let counts = counters.now
        let (listedAt, cacheBytes, waiting) = state.withLock { state in
            let waiting = state.fetches.values.count {
                switch $0.phase {
                case .fetching, .failed: true
                case .idle, .ready: false
                }
            }
            return (state.listedAt, state.cacheBytes, waiting)
        }
        let age = listedAt.map { (ContinuousClock.now - $0) / .seconds(1) }
        return [
            MetricFamily(
                .gauge, "vigie_registry_source_age_seconds", unit: "seconds",
                help: "Since the remote registry last gave its list; infinite before it first did.",
                metrics: [Metric(age ?? .infinity)]),
            MetricFamily(
                .counter, "vigie_registry_source_requests",
                help: "Requests to the remote registry, by what came of them.",
                metrics: counts.requests.sorted { $0.key < $1.key }.map {
                    Metric($0.value, [MetricLabel("outcome", $0.key)])
                }),
            MetricFamily(
                .counter, "vigie_registry_fetches",
                help: "Versions read from the remote registry into the cache, by outcome.",
                metrics: [
                    Metric(counts.fetched, [MetricLabel("outcome", "done")]),
                    Metric(counts.fetchFailures, [MetricLabel("outcome", "failed")]),
                ]),
            MetricFamily(
                .gauge, "vigie_registry_fetches_waiting",
                help: "Versions that are wanted and not in the cache yet.",
                metrics: [Metric(Double(waiting))]),
            MetricFamily(
                .counter, "vigie_registry_fetched_bytes", unit: "bytes",
                help: "Bytes of files read from the remote registry.",
                metrics: [Metric(counts.bytes)]),
            MetricFamily(
                .gauge, "vigie_registry_cache_bytes", unit: "bytes",
                help: "Content in the cache when it was last looked through.",
                metrics: [Metric(Double(cacheBytes))]),
            MetricFamily(
                .counter, "vigie_registry_cache_evictions",
                help: "Versions that left the cache to keep it within its bound.",
                metrics: [Metric(counts.evicted)]),
            MetricFamily(
                .counter, "vigie_registry_cache_damages",
                help: "Versions that were found damaged in the cache and read anew.",
                metrics: [Metric(counts.mended)]),
        ]
    }
}
