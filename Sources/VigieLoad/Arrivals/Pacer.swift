/// Decides what is to be sent when: the open loop's clockwork, without a clock or a socket.
///
/// It gives out arrivals that are due, in order, each as soon as there is room for it. What waits, waits
/// here, and keeps its intended time: latency counts from that, so a server that stalls cannot make the
/// generator ask less and so hide its stall ("coordinated omission", Tene 2013).
package struct Pacer: Sendable {
    /// A request to be sent now.
    package struct Due: Sendable, Equatable {
        package var index: Int
        /// When it should have been sent, in nanoseconds from the beginning of the run.
        package var intended: UInt64
        /// It was held up because every stream was taken, which is the server's doing or the number of
        /// streams', and not because the generator came late.
        package var wasBlocked: Bool
    }

    private var schedule: ArrivalSchedule
    private let stride: Int
    private var upcoming: ArrivalSchedule.Arrival?
    /// No room since some earlier time.
    private var isBlocked = false
    /// Arrivals that were due up to then had no room.
    private var blockedUntil: UInt64 = 0

    /// - Parameters:
    ///   - worker: 0 … workers - 1: it takes every `workers`-th arrival of the schedule.
    package init(_ schedule: ArrivalSchedule, worker: Int = 0, workers: Int = 1) {
        self.schedule = schedule
        stride = max(workers, 1)
        for _ in 0..<worker { _ = self.schedule.next() }
        upcoming = self.schedule.next()
    }

    /// When the next arrival is due, in nanoseconds from the beginning; nil when all were given out.
    package var nextOffset: UInt64? { upcoming?.offset }

    /// Takes the next arrival, if it is due. Call it only with room for it.
    package mutating func take(now: UInt64) -> Due? {
        guard let arrival = upcoming, arrival.offset <= now else { return nil }
        advance()
        return Due(
            index: arrival.index, intended: arrival.offset,
            wasBlocked: arrival.offset < blockedUntil)
    }

    /// Whether an arrival is due.
    package func isDue(now: UInt64) -> Bool { upcoming.map { $0.offset <= now } ?? false }

    /// Every stream is taken: arrivals that are due before ``hasRoom(now:)`` are held up by that.
    package mutating func noRoom() { isBlocked = true }

    /// There is a stream that is free.
    package mutating func hasRoom(now: UInt64) {
        guard isBlocked else { return }
        isBlocked = false
        blockedUntil = now
    }

    private mutating func advance() {
        upcoming = schedule.next()
        for _ in 1..<stride where upcoming != nil { upcoming = schedule.next() }
    }

    /// Gives up the arrivals that are left.
    /// - Parameter time: in nanoseconds from the beginning; what is due later was not asked for yet.
    /// - Returns: how many were due by then.
    package mutating func abandonRest(dueBy time: UInt64 = .max) -> Int {
        var left = 0
        while let arrival = upcoming, arrival.offset <= time {
            left += 1
            advance()
        }
        upcoming = nil
        return left
    }
}
