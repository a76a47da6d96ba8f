import Testing

@testable import VigieTransport

@Suite struct TimerQueueTests {
    private final class Target: TimerTarget {
        func timerFired(token: UInt64, now: MonotonicTime) {}
    }

    @Test func timers_come_out_earliest_first_and_only_when_due() {
        var queue = TimerQueue()
        let target = Target()
        let times = (0..<500).map { _ in UInt64.random(in: 1...1_000) }
        for time in times {
            queue.insert(target, at: MonotonicTime(nanoseconds: time), token: time)
        }
        var fired: [UInt64] = []
        for now in stride(from: UInt64(0), through: 1_000, by: 50) {
            while let due = queue.popDue(MonotonicTime(nanoseconds: now)) {
                #expect(due.token <= now)
                fired.append(due.token)
            }
            #expect((queue.earliest?.nanoseconds ?? .max) > now)
        }
        #expect(fired == times.sorted())
        #expect(queue.count == 0)
    }
}
