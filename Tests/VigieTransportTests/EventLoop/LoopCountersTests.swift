import Testing

@testable import VigieTransport

struct LoopCountersTests {
    private let second: UInt64 = 1_000_000_000

    @Test func the_share_is_of_the_last_whole_second() {
        let counters = LoopCounters()
        // Ten rounds a second, each of 40 ms.
        for round in UInt64(10)...40 {
            let began = round * second / 10
            counters.roundEnded(began: began, ended: began + second / 25, events: 2)
        }
        #expect(abs(counters.utilization(now: 4 * second + second / 10) - 0.4) < 0.03)
        #expect(counters.rounds.current == 31 && counters.events.current == 62)
        #expect(counters.longestRound == second / 25)
    }

    @Test func a_loop_that_has_waited_for_long_is_idle() {
        let counters = LoopCounters()
        counters.roundEnded(began: second, ended: 2 * second, events: 1)
        counters.roundEnded(began: 3 * second, ended: 4 * second, events: 1)
        #expect(counters.utilization(now: 4 * second) > 0.4)
        #expect(counters.utilization(now: 100 * second) < 0.02)
    }

    @Test func one_that_has_not_begun_is_idle() {
        #expect(LoopCounters().utilization(now: 5 * second) == 0)
    }
}
