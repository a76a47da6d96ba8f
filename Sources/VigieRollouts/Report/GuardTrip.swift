/// A pod's guard has taken a canary out.
package struct GuardTrip: Sendable, Equatable {
    package var version: Int
    package var reason: Reason
    /// "7 of 24 requests failed in the last 1s".
    package var message: String
    package var time: WallTime

    package enum Reason: String, Sendable, CaseIterable {
        case errorRate, p99, nonFinite
    }

    package init(version: Int, reason: Reason, message: String, time: WallTime) {
        self.version = version
        self.reason = reason
        self.message = message
        self.time = time
    }
}
