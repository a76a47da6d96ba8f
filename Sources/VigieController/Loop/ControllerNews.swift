import VigieTelemetry

/// What a controller does, for the log.
package struct ControllerNews: Sendable, Equatable {
    package var level: LogLevel
    package var text: String

    init(_ level: LogLevel, _ text: String) {
        self.level = level
        self.text = text
    }
}

/// Tells of a trouble when it begins, when it changes and when it is over: not every two seconds.
struct TroubleList {
    private var known: [String: String] = [:]

    /// - Parameters:
    ///   - subject: "pod a".
    ///   - problem: nil when all is well.
    /// - Returns: what is to be told.
    mutating func note(_ subject: String, _ problem: String?) -> ControllerNews? {
        let before = known[subject]
        guard before != problem else { return nil }
        known[subject] = problem
        if let problem { return ControllerNews(.warning, "\(subject): \(problem)") }
        return ControllerNews(.info, "\(subject): well again")
    }

    /// Forgets subjects that are no more.
    mutating func keep(where isThere: (String) -> Bool) {
        known = known.filter { isThere($0.key) }
    }
}
