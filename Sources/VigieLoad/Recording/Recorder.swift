import VigieRPC
import VigieTelemetry

/// What one worker measures: totals by group, and what happened since the last look.
///
/// Recording costs a request no allocation once its group is known: a histogram's counter each for
/// the group, the same without correction, and the interval.
package struct Recorder: Sendable {
    /// Groups more than these are counted together: a server that makes up versions must not fill
    /// the memory, of which a group takes some 300 KB.
    package static let groupsMax = 200

    package private(set) var groups: [Group] = []
    /// Late by the generator's own fault.
    package private(set) var lag = LatencyHistogram()
    /// How long arrivals waited for a stream that was free.
    package private(set) var blocked = LatencyHistogram()
    /// From the beginning of a connection to its first SETTINGS.
    package private(set) var connecting = LatencyHistogram()
    package private(set) var sent: UInt64 = 0
    package private(set) var bytesSent: UInt64 = 0
    package private(set) var bytesReceived: UInt64 = 0
    package private(set) var connectionsMade: UInt64 = 0
    package private(set) var connectionsFailed: UInt64 = 0
    /// Connections that ended although nobody here had asked them to.
    package private(set) var connectionsLost: UInt64 = 0
    /// What the server said first of each outcome that is a failure; empty where it said nothing.
    package private(set) var reasons = [String](repeating: "", count: Outcome.all.count)
    private var interval = Interval()
    private var indices: [GroupKey: Int] = [:]
    /// The version that each group's answers are counted under in the interval.
    private var okInInterval: [UInt64] = []

    package init() {}

    /// The number by which a group is recorded from now on.
    package mutating func group(_ key: GroupKey) -> Int {
        if let known = indices[key] { return known }
        let isFull = groups.count >= Self.groupsMax
        let last = GroupKey(method: key.method, model: key.model, version: "(others)", arm: "")
        if isFull, key != last { return group(last) }
        groups.append(Group(key))
        okInInterval.append(0)
        indices[key] = groups.count - 1
        return groups.count - 1
    }

    /// A request went out.
    /// - Parameter late: by how many nanoseconds.
    package mutating func sent(late: UInt64, wasBlocked: Bool, bytes: Int) {
        sent &+= 1
        interval.sent &+= 1
        bytesSent &+= UInt64(bytes)
        if wasBlocked {
            blocked.record(late)
        } else {
            lag.record(late)
            interval.lag.record(late)
        }
    }

    /// A request was answered well.
    /// - Parameters:
    ///   - latency: nanoseconds from its intended time.
    ///   - uncorrected: nanoseconds from the time when it was sent.
    package mutating func answered(
        group: Int, latency: UInt64, uncorrected: UInt64, isRight: Bool, bytes: Int
    ) {
        groups[group].outcomes.count(.status(.ok))
        groups[group].latency.record(latency)
        groups[group].uncorrected.record(uncorrected)
        interval.outcomes.count(.status(.ok))
        // Slow readers are measured, but not part of what callers see.
        if !groups[group].key.isSlow { interval.latency.record(latency) }
        okInInterval[group] &+= 1
        bytesReceived &+= UInt64(bytes)
        if !isRight {
            groups[group].wrong &+= 1
            interval.wrong &+= 1
        }
    }

    /// A request ended in another way.
    package mutating func failed(group: Int, _ outcome: Outcome, count: UInt64 = 1) {
        groups[group].outcomes.count(outcome, count)
        interval.outcomes.count(outcome, count)
    }

    /// The server's reason for a failure, percent-encoded as `grpc-message` has it.
    package mutating func note(_ outcome: Outcome, _ message: [UInt8]) {
        guard !message.isEmpty, reasons[outcome.index].isEmpty else { return }
        reasons[outcome.index] = LogLine.escaped(PercentEncoding.decode(message))
    }

    package mutating func connected(after nanoseconds: UInt64) {
        connectionsMade += 1
        connecting.record(nanoseconds)
    }

    package mutating func connectionFailed() { connectionsFailed += 1 }
    package mutating func connectionLost() { connectionsLost += 1 }

    /// What happened since the last call.
    package mutating func takeInterval(
        end: Double, seconds: Double, inFlight: Int, backlogSeconds: Double
    ) -> Interval {
        for (index, count) in okInInterval.enumerated() where count > 0 {
            let version = groups[index].key.version
            interval.versions[version.isEmpty ? "-" : version, default: 0] += count
            okInInterval[index] = 0
        }
        var taken = interval
        taken.end = end
        taken.seconds = seconds
        taken.inFlight = inFlight
        taken.backlogSeconds = backlogSeconds
        interval.reset()
        return taken
    }

    /// Adds another worker's measurements.
    package mutating func add(_ other: Recorder) {
        for group in other.groups {
            let index = self.group(group.key)
            groups[index].add(group)
        }
        for (index, reason) in other.reasons.enumerated() where reasons[index].isEmpty {
            reasons[index] = reason
        }
        lag.add(other.lag)
        blocked.add(other.blocked)
        connecting.add(other.connecting)
        sent += other.sent
        bytesSent += other.bytesSent
        bytesReceived += other.bytesReceived
        connectionsMade += other.connectionsMade
        connectionsFailed += other.connectionsFailed
        connectionsLost += other.connectionsLost
    }
}
