import Synchronization
import VigieRollouts
import VigieTelemetry

/// What a controller has done, for a scrape. Any thread.
package final class ControllerCounts: MetricSource {
    struct State {
        var rounds: UInt64 = 0
        var roundSeconds = 0.0
        var scrapes: UInt64 = 0
        var scrapeFailures: UInt64 = 0
        var writes: UInt64 = 0
        var conflicts: UInt64 = 0
        var failedWrites: UInt64 = 0
        var events: UInt64 = 0
        var lostEvents: UInt64 = 0
        var queries: UInt64 = 0
        var failedQueries: UInt64 = 0
        var pods = 0
        var refused = 0
        var phases: [RolloutPhase: Int] = [:]
        /// When the last round ended that saw rollouts and pods.
        var lastRound: WallTime?
    }

    private let state = Mutex(State())
    private let leadership: any Leadership

    package init(_ leadership: any Leadership) { self.leadership = leadership }

    func count(_ change: (inout State) -> Void) { state.withLock { change(&$0) } }

    /// When a round last saw rollouts and pods; nil before the first.
    package var lastRound: WallTime? { state.withLock { $0.lastRound } }

    package func metricFamilies() -> [MetricFamily] {
        let now = state.withLock { $0 }
        func gauge(_ name: String, _ unit: String = "", _ help: String, _ value: Double)
            -> MetricFamily
        {
            MetricFamily(.gauge, name, unit: unit, help: help, metrics: [Metric(value)])
        }
        func counter(_ name: String, _ help: String, _ values: [(String, UInt64)])
            -> MetricFamily
        {
            MetricFamily(
                .counter, name, help: help,
                metrics: values.map { Metric($1, [MetricLabel("result", $0)]) })
        }
        return [
            gauge(
                "vigie_controller_leader", "", "1 while this controller may write.",
                leadership.isLeader ? 1 : 0),
            gauge("vigie_controller_pods", "", "Pods that were found last.", Double(now.pods)),
            MetricFamily(
                .gauge, "vigie_controller_rollouts", help: "Rollouts by phase.",
                metrics: RolloutPhase.allCases.map {
                    Metric(Double(now.phases[$0] ?? 0), [MetricLabel("phase", $0.rawValue)])
                } + [Metric(Double(now.refused), [MetricLabel("phase", "Refused")])]),
            MetricFamily(
                .counter, "vigie_controller_rounds", help: "Looks at all rollouts.",
                metrics: [Metric(now.rounds)]),
            MetricFamily(
                .counter, "vigie_controller_round_seconds", unit: "seconds",
                help: "Time that looking has taken.", metrics: [Metric(now.roundSeconds)]),
            counter(
                "vigie_controller_scrapes", "Pods that were asked.",
                [
                    ("ok", now.scrapes &- now.scrapeFailures), ("failed", now.scrapeFailures),
                ]),
            counter(
                "vigie_controller_status_writes", "Statuses that were written.",
                [
                    ("ok", now.writes), ("conflict", now.conflicts), ("failed", now.failedWrites),
                ]),
            counter(
                "vigie_controller_events", "Events that were told.",
                [("ok", now.events), ("failed", now.lostEvents)]),
            counter(
                "vigie_controller_queries", "Queries of Prometheus.",
                [("ok", now.queries &- now.failedQueries), ("failed", now.failedQueries)]),
        ]
    }
}
