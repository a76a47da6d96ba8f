import VigieRouting
import VigieTelemetry
import VigieTransport

extension VigieServices {
    /// What has become of a canary's requests, and of its stable version's. Any thread.
    package func guardSample(_ canary: CanaryState) -> GuardSample {
        var sample = GuardSample()
        let limit = canary.limits.p99?.clampedNanoseconds ?? .max
        var workers: Set<ObjectIdentifier> = []
        for table in servedTables() {
            guard let model = table.models.first(where: { $0.name == canary.model }) else {
                continue
            }
            for (outcome, cell) in model.routes?.cells ?? [:]
            where outcome.arm == .canary && outcome.version == canary.version {
                sample.started &+= cell.requests.current
            }
            for served in model.versions {
                let isCanary = served.model.version == canary.version
                guard isCanary || served.model.version == canary.stable else { continue }
                let arm: Arm = isCanary ? .canary : .stable
                var counters = [served.counters.current(arm)]
                if workers.insert(ObjectIdentifier(served.shared)).inserted {
                    counters.append(served.shared.counters.current(arm))
                }
                for counters in counters.compactMap({ $0 }) {
                    if isCanary {
                        sample.canary.add(counters)
                        sample.slow &+= counters.total.count(over: limit)
                    } else {
                        sample.stable.add(counters)
                    }
                }
            }
        }
        return sample
    }
}

extension GuardSample.Counts {
    fileprivate mutating func add(_ counters: ArmCounters) {
        let (failures, faults) = (counters.failures.current, counters.faults.current)
        let rejections = counters.rejections.current
        answered &+= counters.total.count
        self.faults &+= faults
        self.rejections &+= rejections
        others &+= failures &- min(faults &+ rejections, failures)
        nonFinite &+= counters.nonFinite.current
    }
}
