/// What looking at an analysis's number gave.
package enum GateReading: Sendable, Equatable {
    /// A number, and whether it is within the range.
    case value(Double, isGood: Bool)
    /// Nothing can be said: too little has been seen, or the number is none (0 ÷ 0).
    /// - Parameter samples: how much there is of what the number is made of. While that grows it is
    ///   only early; 0 where waiting for more is no use.
    case inconclusive(String, samples: Int = 0)
    /// It could not be looked at.
    case error(String)
}

/// What a query of Prometheus gave: the controller asks, and this judges.
package enum QueryAnswer: Sendable, Equatable {
    case value(Double)
    /// The query answered no series. Nothing is known then, good or bad.
    case noData
    /// It could not be asked, or answered more than one value.
    case error(String)
}
