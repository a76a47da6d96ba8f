/// How long callers wait before they give up (`grpc-timeout`), as far as they say so: the harmonic mean of
/// their deadlines over the last few windows, in which the short ones count most and those without a
/// deadline count as endless.
struct CallerPatience: Sendable {
    /// How much of what was before a window is left after it.
    private static let kept = 0.8

    private var calls = 0.0
    /// The sum of 1 / deadline, in 1 / nanoseconds.
    private var urgency = 0.0

    /// In nanoseconds; nil while nobody has a deadline.
    var typical: Double? { urgency > 0 ? calls / urgency : nil }

    /// Notes a window that has ended.
    mutating func note(calls: Int, urgency: Double) {
        self.calls = self.calls * Self.kept + Double(calls)
        self.urgency = self.urgency * Self.kept + urgency
        // Nobody's deadline for a second.
        if self.urgency * 1e14 < self.calls { self.urgency = 0 }
    }
}
