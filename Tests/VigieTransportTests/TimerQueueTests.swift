import Testing

@testable import VigieTransport

@Suite struct TimerQueueTests {
    private final class Target: TimerTarget {
        func timerFired(token: UInt64, now: MonotonicTime) {}
    }

    /// A target that ends before its timer.
    private final class Ending: TimerTarget {
        var hasEnded = false
        func timerFired(token: UInt64, now: MonotonicTime) {}
        func isStale(token: UInt64) -> Bool { hasEnded }
    }

    private struct Held { weak var target: Ending? }

    @Test func targets_that_have_ended_are_not_kept_until_their_time() {
        var queue = TimerQueue()
        let lasting = (0..<100).map { _ in Ending() }
        for (index, target) in lasting.enumerated() {
            queue.insert(target, at: MonotonicTime(nanoseconds: UInt64(index)), token: 1)
        }
        var ended: [Held] = []
        for _ in 0..<10_000 {
            let target = Ending()
            queue.insert(target, at: MonotonicTime(nanoseconds: .random(in: 0...200)), token: 2)
            target.hasEnded = true
            ended.append(Held(target: target))
            _ = queue.noteStale()
            #expect(queue.count < 400)
        }
        #expect(ended.count { $0.target != nil } < 300)
        var fired: [UInt64] = []
        while let due = queue.popDue(MonotonicTime(nanoseconds: 1_000)) { fired.append(due.token) }
        #expect(fired.count { $0 == 1 } == 100)
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
