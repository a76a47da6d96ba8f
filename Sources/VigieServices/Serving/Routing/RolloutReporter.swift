import Synchronization
import VigieRegistry
import VigieRollouts
import VigieRouting
import VigieTelemetry

/// What a pod tells of its rollouts on `GET /rollouts`: what it does, and what has come of it since the
/// step began. Any thread may ask.
package final class RolloutReporter: Sendable {
    private let services: VigieServices
    private let board: RolloutBoard
    /// The pod's name; empty when it has none.
    private let pod: String
    /// By rollout: what had been counted when its step began.
    private let starts = Mutex<[String: RolloutReport]>([:])

    package init(_ services: VigieServices, _ board: RolloutBoard, pod: String) {
        self.services = services
        self.board = board
        self.pod = pod
    }

    /// Counts anew what begins a step. Called when the board has something new, and before its loops
    /// follow.
    package func boardChanged() { _ = report() }

    package func report() -> PodReport {
        let standings = board.standings()
        let reports = standings.compactMap(report)
        let names = Set(standings.map(\.name))
        starts.withLock { $0 = $0.filter { names.contains($0.key) } }
        return PodReport(pod: pod, rollouts: reports)
    }

    private func report(_ standing: RolloutStanding) -> RolloutReport? {
        guard let effective = standing.effective, let rollout = standing.rollout else { return nil }
        let now = count(standing.name, effective, rollout)
        let start = starts.withLock { starts in
            if let known = starts[standing.name], known.countsSame(as: now) { return known }
            starts[standing.name] = now
            return now
        }
        var report = now
        report.arms = now.arms.map { arm in
            start.arm(arm.arm, arm.version).map(arm.since) ?? arm
        }
        report.shadows = now.shadows.map { shadow in
            start.shadow(shadow.version, against: shadow.against).map(shadow.since) ?? shadow
        }
        report.routes = now.routes.merging(start.routes) { $0 &- min($0, $1) }
        report.trips = standing.canary?.trip.map { [$0] } ?? []
        return report
    }

    /// All that has been counted of a rollout since its versions were loaded.
    private func count(
        _ name: String, _ effective: EffectiveRollout, _ rollout: Rollout
    ) -> RolloutReport {
        var report = RolloutReport(
            name: name, model: effective.model, generation: rollout.metadata.generation,
            canaryVersion: rollout.spec.canary?.version, epoch: effective.epoch,
            stepIndex: effective.stepIndex)
        let plan = board.table.routes[effective.model]?.plan
        for version in services.countedVersions() where version.model.name == effective.model {
            let (number, digest) = (version.model.version, version.model.manifestDigest)
            if plan?.accepts(number, digest: "\(digest)") ?? true {
                report.loaded[number] = 1
            } else {
                report.failed.append(
                    LoadFailure(
                        version: number,
                        message: "its manifest has the digest sha256:\(digest), not the wanted one")
                )
            }
            for arm in Arm.allCases {
                let counters = version.counters.compactMap { $0.current(arm) }
                guard !counters.isEmpty else { continue }
                report.add(ArmReport(arm, version.model, counters))
            }
        }
        let required = effective.requiredVersions
        for status in services.catalog.statuses()
        where status.name == effective.model && status.state == .unavailable {
            guard let version = status.version, required.contains(version), !status.reason.isEmpty
            else { continue }
            report.failed.append(LoadFailure(version: version, message: status.reason))
        }
        for route in services.routeCounts() where route.model == effective.model {
            report.routes[route.outcome.route, default: 0] &+= route.requests
        }
        for line in services.shadows.lines where line.model == effective.model {
            for (against, comparison) in line.comparisons {
                var shadow = ShadowReport(version: line.plan.version, against: against)
                shadow.comparison = comparison.report
                report.add(shadow)
            }
            // What is offered counts once, whatever answered the callers.
            var shadow = ShadowReport(version: line.plan.version, against: effective.stable.version)
            shadow.offered = line.offered
            shadow.dropped = line.droppedInAll
            shadow.failed = line.failures
            report.add(shadow)
        }
        return report
    }
}

extension ArmReport {
    fileprivate init(_ arm: Arm, _ model: LoadedModel, _ counters: [ArmCounters]) {
        self.init(arm, version: model.version)
        let latencies = HistogramSnapshot(counters.map(\.total))
        var bins = [UInt64](repeating: 0, count: LoopScores.binCount)
        for one in counters {
            errors &+= one.faults.current
            rejections &+= one.rejections.current
            nonFinite &+= one.nonFinite.current
            one.comparedScores?.add(to: &bins)
        }
        latency = SparseCounts(latencies.native)
        latencySum = latencies.sum
        requests = latencies.count &+ errors &+ rejections
        scores = SparseCounts(bins)
        reference = ReferenceScores(model.manifest.reference)
    }
}

extension ReferenceScores {
    /// Nil when the manifest has no scores to compare with.
    fileprivate init?(_ statistics: ReferenceStatistics?) {
        guard let statistics else { return nil }
        if !statistics.scoreSample.isEmpty {
            var bins = [UInt64](repeating: 0, count: LoopScores.binCount)
            for score in statistics.scoreSample where score.isFinite {
                bins[LoopScores.bin(score)] &+= 1
            }
            self = .sample(SparseCounts(bins))
        } else if let histogram = statistics.score {
            self = .histogram(edges: histogram.edges, counts: histogram.counts.map(Double.init))
        } else {
            return nil
        }
    }
}
