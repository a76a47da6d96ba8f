/// How weighty a line of the log is.
package enum LogLevel: String, CaseIterable, Sendable, Comparable {
    case debug, info, warning, error

    /// 0 for the least weighty.
    package var rank: UInt8 {
        switch self {
        case .debug: 0
        case .info: 1
        case .warning: 2
        case .error: 3
        }
    }

    package init?(rank: UInt8) {
        guard let level = Self.allCases.first(where: { $0.rank == rank }) else { return nil }
        self = level
    }

    package static func < (left: LogLevel, right: LogLevel) -> Bool { left.rank < right.rank }
}

/// For whom lines are written.
package enum LogFormat: String, CaseIterable, Sendable {
    /// For people.
    case text
    /// JSON by Elastic Common Schema.
    case json
}
