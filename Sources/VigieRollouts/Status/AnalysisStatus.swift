/// What one analysis has found so far.
package struct AnalysisStatus: Sendable, Equatable {
    package var name: String
    package var phase = Phase.pending
    /// The last value; nil when there was none.
    package var value: Double?
    /// Bad values so far.
    package var failures = 0
    /// Looks that said nothing, one after the other, while no more data came in.
    package var inconclusive = 0
    /// Errors, one after the other.
    package var errors = 0
    package var message = ""
    /// Requests of the canary, in this step, that the last value was made of.
    package var requests = 0
    /// What there was of what a value is made of, when there was too little of it for one.
    package var samples = 0
    package var evaluatedAt: WallTime?

    package enum Phase: String, Sendable, CaseIterable {
        /// It was not looked at yet.
        case pending = "Pending"
        /// It was, and nothing can be said yet; its limits hold.
        case running = "Running"
        /// The last value was good.
        case successful = "Successful"
        /// More bad values than are borne.
        case failed = "Failed"
        /// More values without meaning than are borne: people must decide.
        case inconclusive = "Inconclusive"
        /// More errors than are borne.
        case error = "Error"
    }

    package init(_ name: String) { self.name = name }

    /// Whether its limits are passed, so that it is looked at no more.
    package var isOver: Bool { phase == .failed || phase == .inconclusive || phase == .error }
}
