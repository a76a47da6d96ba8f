import Testing

@testable import VigieTransport

@Suite struct SessionBoundsTests {
    @Test func stream_ids_that_were_jumped_over_are_remembered() {
        var skipped = SkippedStreams()
        for id: Int32 in [1, 3, 9, 11, 21] { skipped.opened(id) }
        for id: Int32 in [5, 7, 13, 15, 17, 19] { #expect(skipped.contains(id)) }
        for id: Int32 in [1, 3, 9, 11, 21, 23, 101] { #expect(!skipped.contains(id)) }
    }

    @Test func a_first_stream_that_is_not_1_skips_those_before() {
        var skipped = SkippedStreams()
        skipped.opened(5)
        #expect(skipped.contains(1) && skipped.contains(3) && !skipped.contains(5))
    }

    @Test func only_the_latest_jumps_are_remembered() {
        var skipped = SkippedStreams()
        for jump in 0..<Int32(SkippedStreams.runsMax + 4) { skipped.opened(1 + 4 * (jump + 1)) }
        #expect(!skipped.contains(3))
        #expect(skipped.contains(skipped.highest - 2))
    }

    @Test func a_frame_budget_refills_with_time_up_to_its_burst() {
        var now = MonotonicTime(nanoseconds: 1_000)
        var budget = FrameBudget(burst: 10, perSecond: 2, now: now)
        for _ in 0..<10 { #expect(budget.take(now) == true) }
        #expect(budget.take(now) == false)
        now = now.advanced(by: .seconds(1))
        #expect(budget.take(now) == true)
        now = now.advanced(by: .seconds(3600))
        for _ in 0..<10 { #expect(budget.take(now) == true) }
        #expect(budget.take(now) == false)
    }
}
