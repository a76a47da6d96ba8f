/// Walks the steps of a rollout: from what people want, what was written last, what pods and Prometheus
/// say and the time to what is to be written and told.
///
/// It remembers nothing: two controllers with the same input decide the same, and one that was killed
/// goes on from what it last wrote. Nothing is promoted past an analysis that failed (but with
/// `onFailure: Notify`), the weight only ever is 0, that of a step, that of `routing.weight`, or all, and
/// it only moves when every ready pod has loaded the version that it moves to.
package enum RolloutMachine {
    /// Looks once.
    package static func advance(_ input: RolloutInput) -> RolloutDecision {
        var walk = RolloutWalk(input)
        walk.run()
        return RolloutDecision(status: walk.status, events: walk.events, next: walk.next)
    }

    /// The analyses that need Prometheus now.
    package static func dueQueries(_ rollout: Rollout, now: WallTime) -> [AnalysisSpec] {
        let walk = RolloutWalk(RolloutInput(rollout, pods: [], now: now))
        guard walk.isWalking else { return [] }
        return walk.activeAnalyses.filter { analysis in
            let status = walk.status.analysis.first { $0.name == analysis.name }
            return analysis.source == .prometheus
                && AnalysisLedger.isDue(analysis, status ?? AnalysisStatus(analysis.name), now)
        }
    }
}
