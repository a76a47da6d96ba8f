/// When a request passed its stations, in nanoseconds of the monotonic clock; all zeros for one that
/// was not answered.
package struct CallStations: Sendable, BitwiseCopyable, Equatable {
    /// The request's message has been decoded.
    package var began: UInt64
    /// Its values are a model's inputs.
    package var inputsRead: UInt64
    /// A worker has begun; for what runs on a loop, that is at once.
    package var started: UInt64
    /// The model has run.
    package var computed: UInt64
    /// The response stands.
    package var ended: UInt64
    /// Rows answered.
    package var rows: Int

    package init(
        began: UInt64, inputsRead: UInt64, started: UInt64, computed: UInt64, ended: UInt64,
        rows: Int
    ) {
        self.began = began
        self.inputsRead = inputsRead
        self.started = started
        self.computed = computed
        self.ended = ended
        self.rows = rows
    }

    package static var none: CallStations {
        CallStations(began: 0, inputsRead: 0, started: 0, computed: 0, ended: 0, rows: 0)
    }

    package var isAnswered: Bool { ended != 0 }
}
