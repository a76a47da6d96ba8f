/// What pods say, taken together.
struct Fleet {
    let pods: [PodObservation]

    init(_ pods: [PodObservation]) {
        // So that the order in which pods were asked decides nothing.
        self.pods = pods.sorted { $0.name < $1.name }
    }

    var ready: [PodObservation] { pods.filter(\.isReady) }

    /// The first ready pod that has not loaded a version, and why; nil when all have.
    func missing(_ version: Int) -> String? {
        for pod in ready {
            guard let report = pod.report else { return pod.complaint }
            guard (report.loaded[version] ?? 0) > 0 else {
                let failure = report.failed.first { $0.version == version }
                return failure.map { "pod \(pod.name) cannot load it: \($0.message)" }
                    ?? "pod \(pod.name) has not loaded it yet"
            }
        }
        return nil
    }

    /// The first ready pod that does not do yet what the step says; nil when all do.
    func behind(canary: Int, epoch: WallTime?, step: Int) -> String? {
        for pod in ready {
            guard let report = pod.report else { return pod.complaint }
            guard report.counts(canary, epoch, step) else {
                return "pod \(pod.name) has not applied it yet"
            }
        }
        return nil
    }

    /// The first ready pod that did not answer.
    var silent: PodObservation? { ready.first { $0.silence != nil } }

    /// Said when nobody is ready.
    var nobody: String {
        pods.first { $0.silence != nil }.map { "no pod is ready: \($0.complaint)" }
            ?? "no pod is ready"
    }

    /// The first pod that could not load one of these versions.
    func failure(of versions: Set<Int>) -> (pod: String, failure: LoadFailure)? {
        for pod in pods {
            if let failure = pod.report?.failed.first(where: { versions.contains($0.version) }) {
                return (pod.name, failure)
            }
        }
        return nil
    }

    /// The first pod whose guard has taken this canary out in this rollout.
    func trip(of version: Int, epoch: WallTime?) -> (pod: String, message: String)? {
        for pod in pods {
            guard let report = pod.report, report.epoch == epoch else { continue }
            if let trip = report.trips.first(where: { $0.version == version }) {
                return (pod.name, trip.message)
            }
        }
        return nil
    }

    /// The sum of what pods have counted of this step; nil when none has.
    func report(canary: Int, epoch: WallTime?, step: Int) -> RolloutReport? {
        var sum: RolloutReport?
        for case let report? in pods.map(\.report) where report.counts(canary, epoch, step) {
            if sum == nil { sum = report } else { sum?.merge(report) }
        }
        return sum
    }
}

extension RolloutReport {
    fileprivate func counts(_ canary: Int, _ epoch: WallTime?, _ step: Int) -> Bool {
        canaryVersion == canary && self.epoch == epoch && stepIndex == step
    }
}
