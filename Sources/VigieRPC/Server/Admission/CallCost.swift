/// What a call has cost a server of late, however the moments were when it was held up.
///
/// A mean over the last twenty or so windows, by time: one stop of 20 ms by the system among 100 ms of
/// work makes a call look a seventh dearer, not a hundred times, as the mean of its own window would.
struct CallCost: Sendable {
    /// How much of what was before a window is left after it.
    private static let kept = 0.95

    private var calls = 0.0
    /// In nanoseconds.
    private var busy = 0.0

    /// Nanoseconds of a server's time a call; nil before any was answered.
    var mean: Double? { calls >= 1 ? busy / calls : nil }

    /// Notes a window that has ended.
    mutating func note(calls: Int, busy: UInt64) {
        self.calls = self.calls * Self.kept + Double(calls)
        self.busy = self.busy * Self.kept + Double(busy)
    }
}
