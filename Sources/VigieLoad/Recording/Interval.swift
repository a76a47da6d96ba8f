/// What happened in one second of a run.
package struct Interval: Sendable {
    /// Seconds from the run's beginning at which it ends, and how long it was.
    package var end = 0.0
    package var seconds = 0.0
    package var sent: UInt64 = 0
    package var outcomes = OutcomeCounts()
    package var wrong: UInt64 = 0
    /// Of OK answers that came in it, from their intended times.
    package var latency = LatencyHistogram()
    /// By how much the generator itself was late.
    package var lag = LatencyHistogram()
    /// Requests under way at its end.
    package var inFlight = 0
    /// Arrivals that were due at its end and had no room yet.
    package var backlogSeconds = 0.0
    /// OK answers by version.
    package var versions: [String: UInt64] = [:]

    package init() {}

    package var ok: UInt64 { outcomes.ok }
    /// OK answers a second.
    package var rate: Double { seconds > 0 ? Double(ok) / seconds : 0 }

    mutating func add(_ other: Interval) {
        end = max(end, other.end)
        seconds = max(seconds, other.seconds)
        sent += other.sent
        outcomes.add(other.outcomes)
        wrong += other.wrong
        latency.add(other.latency)
        lag.add(other.lag)
        inFlight += other.inFlight
        backlogSeconds = max(backlogSeconds, other.backlogSeconds)
        versions.merge(other.versions, uniquingKeysWith: +)
    }

    /// Forgets all but memory.
    mutating func reset() {
        sent = 0
        outcomes.reset()
        wrong = 0
        latency.reset()
        lag.reset()
        versions.removeAll(keepingCapacity: true)
    }
}
