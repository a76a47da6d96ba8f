/// A run with what was asked of it and what came of that: what reports are written from.
package struct Report: Sendable {
    /// When it began: seconds since 1970.
    package var started: Double
    /// The settings by their flags' names, as they were.
    package var settings: [(name: String, value: String)]
    package var result: RunResult
    /// Rate that was asked for at a time, in requests a second; nil for closed loops.
    package var asked: RateProfile?
    package var thresholds: [Threshold.Outcome]
    /// The generator was so late by its own fault that its figures say little of the server.
    package var generatorFault: String?
    package var capacity: Capacity?

    /// A search for capacity, all of it.
    package struct Capacity: Sendable {
        package var steps: [CapacitySearch.Step]
        package var finding: CapacitySearch.Finding
        package var promise: CapacitySearch.Promise

        package init(
            steps: [CapacitySearch.Step], finding: CapacitySearch.Finding,
            promise: CapacitySearch.Promise
        ) {
            self.steps = steps
            self.finding = finding
            self.promise = promise
        }
    }

    package init(
        started: Double, settings: [(name: String, value: String)], result: RunResult,
        asked: RateProfile? = nil, thresholds: [Threshold.Outcome] = [],
        generatorFault: String? = nil
    ) {
        self.started = started
        self.settings = settings
        self.result = result
        self.asked = asked
        self.thresholds = thresholds
        self.generatorFault = generatorFault
    }

    /// Percentiles that reports show.
    package static let percentiles = [50, 75, 90, 95, 99, 99.9, 99.99]

    /// Whether everything that was asked of the run holds.
    package var holds: Bool { thresholds.allSatisfy(\.holds) && generatorFault == nil }
}
