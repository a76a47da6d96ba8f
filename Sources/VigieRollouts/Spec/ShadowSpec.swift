/// A version that is asked besides the one that answers, and whose answer goes to nobody.
package struct ShadowSpec: Sendable, Equatable {
    package var reference: VersionReference
    /// The share of the requests that are repeated to it, 0 … 100.
    package var percent: Double
    /// Requests that may wait for it in a pod; more are dropped, and counted.
    package var queue: Int
    package var compare: CompareSpec

    package static let queueDefault = 1024

    package init(
        _ reference: VersionReference, percent: Double = 100, queue: Int = queueDefault,
        compare: CompareSpec = CompareSpec()
    ) {
        self.reference = reference
        self.percent = percent
        self.queue = queue
        self.compare = compare
    }
}

/// When two answers to one request count as equal.
package struct CompareSpec: Sendable, Equatable {
    /// Scores differ when |live - shadow| > absoluteTolerance + relativeTolerance · |live|, as
    /// `numpy.isclose` has it.
    package var absoluteTolerance: Double
    package var relativeTolerance: Double
    /// Borders between decisions, ascending; a request whose scores fall on two sides of one has
    /// flipped. Empty takes the manifest's decision thresholds.
    package var bands: [Double]

    package static let absoluteToleranceDefault = 1e-6

    package init(
        absoluteTolerance: Double = absoluteToleranceDefault, relativeTolerance: Double = 0,
        bands: [Double] = []
    ) {
        self.absoluteTolerance = absoluteTolerance
        self.relativeTolerance = relativeTolerance
        self.bands = bands
    }
}
