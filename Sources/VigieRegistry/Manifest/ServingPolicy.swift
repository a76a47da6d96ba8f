/// How a manifest wants a version to be run: `serving` in manifest.json. All of it is optional, and
/// none of it changes an answer.
package struct ServingPolicy: Sendable, Equatable {
    /// Where requests run.
    package enum Execution: String, Sendable, CaseIterable {
        /// Where the measured cost says: cheap ones on the event loop, dear ones on the workers.
        case automatic
        /// On the event loop, whatever they cost; only batches that a loop must not wait for go to
        /// the workers.
        case inline
        /// On the workers, however cheap they are.
        case pool
    }

    package var execution = Execution.automatic
    /// Nil leaves it to the pod's settings.
    package var batching: BatchingPolicy?

    package init(execution: Execution = .automatic, batching: BatchingPolicy? = nil) {
        self.execution = execution
        self.batching = batching
    }
}

/// How requests of one version are put together into one run (dynamic batching).
package struct BatchingPolicy: Sendable, Equatable {
    /// The most rows of one run.
    package var maxRows: Int
    /// How long a request may wait for others.
    package var maxDelay: Duration
    /// Rows that are worth a run: with so many nobody waits any longer.
    package var preferredRows: Int

    /// - Parameter preferredRows: nil is a quarter of `maxRows`, at least 1.
    package init(
        maxRows: Int = 256, maxDelay: Duration = .microseconds(500), preferredRows: Int? = nil
    ) {
        self.maxRows = maxRows
        self.maxDelay = maxDelay
        self.preferredRows = preferredRows ?? max(1, maxRows / 4)
    }

    /// What the numbers may be.
    package static let rowsRange = 1...65_536
    package static let delayMicrosecondsMax = 1_000_000
}
