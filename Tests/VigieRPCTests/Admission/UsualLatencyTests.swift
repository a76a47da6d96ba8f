import Testing

@testable import VigieRPC

struct UsualLatencyTests {
    private static let millisecond: UInt64 = 1_000_000

    /// Ten rounds of ten calls each in every 100 ms, `busy` of the time.
    private static func teach(
        _ usual: inout UsualLatency, from start: UInt64, seconds: Int, busy: Double,
        meeting: Int = 10, turnedAway: Int = 0, slow: Int = 0
    ) -> UInt64 {
        var now = start
        for round in 0..<(100 * seconds) {
            now += 10 * millisecond
            let longest = round % 100 < slow ? 8 * millisecond : 1 * millisecond
            usual.note(
                calls: 10, longest: longest, busy: UInt64(busy * Double(10 * millisecond)),
                underWay: meeting, turnedAway: turnedAway, now: now)
        }
        return now
    }

    @Test func the_99th_percentile_of_a_busy_time_is_learnt() throws {
        var usual = UsualLatency()
        _ = Self.teach(&usual, from: 1, seconds: 10, busy: 0.8)
        let fast = try #require(usual.percentile99)
        #expect((Self.millisecond...Self.millisecond * 5 / 4).contains(fast))
        var tail = UsualLatency()
        _ = Self.teach(&tail, from: 1, seconds: 10, busy: 0.8, slow: 2)
        let slow = try #require(tail.percentile99)
        #expect((8 * Self.millisecond...10 * Self.millisecond).contains(slow))
    }

    @Test(arguments: [0.1, 0.5, 0.97, 1.0])
    func an_idle_server_and_one_with_a_backlog_teach_nothing(_ busy: Double) {
        var usual = UsualLatency()
        _ = Self.teach(&usual, from: 1, seconds: 10, busy: busy)
        #expect(usual.percentile99 == nil)
    }

    @Test func calls_that_never_meet_and_times_of_refusals_teach_nothing() {
        var usual = UsualLatency()
        var now = Self.teach(&usual, from: 1, seconds: 10, busy: 0.8, meeting: 1)
        now = Self.teach(&usual, from: now, seconds: 10, busy: 0.8, turnedAway: 20)
        #expect(usual.percentile99 == nil)
        // Too short a time.
        _ = Self.teach(&usual, from: now, seconds: 1, busy: 0.8)
        #expect(usual.percentile99 == nil)
    }

    @Test func a_few_refusals_are_a_part_of_what_is_usual() {
        var usual = UsualLatency()
        _ = Self.teach(&usual, from: 1, seconds: 10, busy: 0.8, turnedAway: 1)
        #expect(usual.percentile99 != nil)
    }

    @Test func what_was_learnt_is_forgotten_in_quiet_and_kept_in_overload() {
        var usual = UsualLatency()
        var now = Self.teach(&usual, from: 1, seconds: 10, busy: 0.8)
        now = Self.teach(&usual, from: now, seconds: 120, busy: 1, turnedAway: 20)
        #expect(usual.percentile99 != nil)
        now = Self.teach(&usual, from: now, seconds: 50, busy: 0.2)
        #expect(usual.percentile99 != nil)
        _ = Self.teach(&usual, from: now, seconds: 15, busy: 0.2)
        #expect(usual.percentile99 == nil)
    }
}
