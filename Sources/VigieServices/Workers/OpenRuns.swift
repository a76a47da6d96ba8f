/// How long workers have computed, those too that have not ended: long runs would else count all at
/// once. In nanoseconds.
struct OpenRuns {
    /// Of the runs that have ended.
    private(set) var ended: UInt64 = 0
    private var running: UInt64 = 0
    /// The sum of their beginnings.
    private var begun: UInt64 = 0

    mutating func begin(_ started: UInt64) {
        running &+= 1
        begun &+= started
    }

    mutating func end(_ started: UInt64, _ ended: UInt64) {
        running &-= 1
        begun &-= started
        self.ended &+= ended &- started
    }

    /// - Parameter now: no earlier than the beginnings.
    func busy(_ now: UInt64) -> UInt64 { ended &+ running &* now &- begun }
}
