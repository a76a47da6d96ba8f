import Synchronization

/// What has come of a remote registry's requests and downloads. Any thread.
package final class RemoteCounters: Sendable {
    enum Outcome: String, CaseIterable {
        case answered
        case refused
        case unavailable
        /// A download was taken up where it broke, or a request sent again within one.
        case resumed
    }

    struct Counts: Sendable {
        var requests: [String: UInt64] = Dictionary(
            uniqueKeysWithValues: Outcome.allCases.map { ($0.rawValue, 0) })
        var fetched: UInt64 = 0
        var fetchFailures: UInt64 = 0
        var bytes: UInt64 = 0
        var evicted: UInt64 = 0
        var mended: UInt64 = 0
    }

    private let counts = Mutex(Counts())

    package init() {}

    func count(_ outcome: Outcome) {
        counts.withLock { $0.requests[outcome.rawValue, default: 0] += 1 }
    }

    func update(_ body: (inout Counts) -> Void) { counts.withLock { body(&$0) } }

    var now: Counts { counts.withLock { $0 } }
}
