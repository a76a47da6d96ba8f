/// How many calls have ended.
package struct CallCounts: Sendable, Equatable {
    /// With whatever status.
    package var ended: UInt64 = 0
    /// By the server's fault; see ``StatusCode/isServersFault``.
    package var failed: UInt64 = 0
    /// Because the server had too much to do.
    package var shed: UInt64 = 0

    package init() {}

    package static func += (left: inout CallCounts, right: CallCounts) {
        left.ended &+= right.ended
        left.failed &+= right.failed
        left.shed &+= right.shed
    }

    package static func - (left: CallCounts, right: CallCounts) -> CallCounts {
        var difference = CallCounts()
        difference.ended = left.ended &- right.ended
        difference.failed = left.failed &- right.failed
        difference.shed = left.shed &- right.shed
        return difference
    }
}

extension RPCCounters {
    /// Over all methods; from any thread.
    package var calls: CallCounts {
        var counts = CallCounts()
        for (_, method) in all {
            for status in StatusCode.allCases {
                guard let count = method.current(status)?.duration.count else { continue }
                counts.ended &+= count
                if status.isServersFault { counts.failed &+= count }
            }
        }
        counts.shed =
            count(.load) &+ count(.calls) &+ count(.deferred) &+ count(.buffer)
        return counts
    }
}
