import TestRandom
import Testing
import VigieRollouts

@testable import VigieRouting

@Suite struct CanaryWatchTests {
    private static let millisecond: UInt64 = 1_000_000
    private static let limits = GuardSpec(
        errorRate: 0.05, p99: .milliseconds(20), nonFinite: true, window: .seconds(1),
        minimumRequests: 20)

    /// A pod's day: counts that grow as a test says, looked at every 50 ms.
    private struct Day {
        var watch: CanaryWatch
        var sample = GuardSample()
        var now: UInt64 = 1_000_000_000

        init(_ limits: GuardSpec = CanaryWatchTests.limits) { watch = CanaryWatch(limits) }

        /// Looks `count` times, after `change` each time; the first verdict.
        mutating func look(_ count: Int = 1, _ change: (inout GuardSample) -> Void = { _ in })
            -> GuardTrip.Reason?
        {
            for _ in 0..<count {
                change(&sample)
                now += 50 * CanaryWatchTests.millisecond
                if let verdict = watch.look(sample, now: now) { return verdict.reason }
            }
            return nil
        }
    }

    private static func answer(_ sample: inout GuardSample, _ count: UInt64 = 10) {
        sample.started += count
        sample.canary.answered += count
        sample.stable.answered += count
    }

    @Test func a_healthy_canary_stays() {
        var day = Day()
        #expect(day.look(200) { Self.answer(&$0) } == nil)
    }

    @Test func faults_beyond_the_rate_take_it_out_within_a_second() {
        var day = Day()
        #expect(day.look(40) { Self.answer(&$0) } == nil)
        let began = day.now
        let reason = day.look(20) {
            $0.started += 10
            $0.canary.faults += 10
        }
        #expect(reason == .errorRate)
        #expect(day.now - began < 500 * Self.millisecond)
    }

    @Test func faults_below_the_rate_do_not() {
        var day = Day()
        let reason = day.look(200) {
            Self.answer(&$0, 100)
            $0.started += 4
            $0.canary.faults += 4
        }
        #expect(reason == nil)
    }

    @Test func too_few_requests_say_nothing_of_rates() {
        var day = Day()
        // Nine a second: never twenty in a window.
        for _ in 0..<30 {
            #expect(
                day.look {
                    $0.started += 1; $0.canary.faults += 1
                } == nil)
            #expect(day.look() == nil)
        }
    }

    @Test func what_happened_before_the_window_is_forgotten() {
        var day = Day()
        let reason = day.look(1) {
            $0.started += 15
            $0.canary.faults += 15
        }
        #expect(reason == nil)
        #expect(day.look(30) == nil)
        #expect(day.look(100) { Self.answer(&$0) } == nil)
    }

    @Test func wrong_requests_are_their_callers_fault_if_stable_refuses_them_too() {
        var day = Day()
        let reason = day.look(100) {
            Self.answer(&$0)
            $0.started += 5
            $0.canary.rejections += 5
            $0.stable.rejections += 5
        }
        #expect(reason == nil)
    }

    @Test func requests_that_only_the_canary_finds_wrong_are_its_own() {
        var day = Day()
        let reason = day.look(40) {
            Self.answer(&$0)
            $0.started += 5
            $0.canary.rejections += 5
        }
        #expect(reason == .errorRate)
    }

    /// A third of all requests are wrong; which arm gets how many of them is chance.
    @Test func chance_takes_nothing_out() {
        var random = SplitMix(seed: 4)
        var day = Day()
        let reason = day.look(2000) {
            for _ in 0..<4 {
                let isWrong = random.next(below: 3) == 0
                if random.next(below: 2) == 0 {
                    $0.started += 1
                    if isWrong { $0.canary.rejections += 1 } else { $0.canary.answered += 1 }
                } else {
                    if isWrong { $0.stable.rejections += 1 } else { $0.stable.answered += 1 }
                }
            }
        }
        #expect(reason == nil)
    }

    @Test func callers_that_go_away_are_nobodys_fault() {
        var day = Day()
        let reason = day.look(100) {
            Self.answer(&$0)
            $0.started += 10
            $0.canary.others += 10
        }
        #expect(reason == nil)
    }

    @Test func more_than_one_slow_answer_in_a_hundred_takes_it_out() {
        var day = Day()
        #expect(
            day.look(100) {
                Self.answer(&$0, 100); $0.slow += 1
            } == nil)
        #expect(
            day.look(40) {
                Self.answer(&$0, 100); $0.slow += 2
            } == .p99)
    }

    @Test func a_canary_that_hangs_is_found_before_it_answers() {
        var day = Day()
        #expect(day.look(40) { Self.answer(&$0) } == nil)
        let began = day.now
        // Requests go in and nothing comes out.
        #expect(day.look(20) { $0.started += 3 } == .p99)
        #expect(day.now - began < 1_000 * Self.millisecond)
    }

    @Test func a_request_that_the_books_lost_does_not_count_for_ever() {
        var day = Day()
        day.sample.started = 1_000
        #expect(day.look(400) { Self.answer(&$0) } == nil)
    }

    @Test func one_answer_that_is_no_number_is_enough() {
        var day = Day()
        #expect(day.look() == nil)
        let reason = day.look {
            Self.answer(&$0, 1)
            $0.canary.nonFinite += 1
        }
        #expect(reason == .nonFinite)
    }

    @Test func unless_stable_has_as_many_for_what_it_answers() {
        var day = Day()
        let reason = day.look(100) {
            Self.answer(&$0, 100)
            $0.canary.nonFinite += 1
            $0.stable.nonFinite += 1
        }
        #expect(reason == nil)
    }

    @Test func limits_that_are_not_set_take_nothing_out() {
        var day = Day(GuardSpec(nonFinite: false))
        let reason = day.look(100) {
            $0.started += 100
            $0.canary.faults += 50
            $0.canary.answered += 50
            $0.canary.nonFinite += 50
            $0.slow += 50
        }
        #expect(reason == nil)
    }

    @Test func a_version_that_counts_anew_is_looked_at_anew() {
        var day = Day()
        #expect(day.look(40) { Self.answer(&$0, 1000) } == nil)
        day.sample = GuardSample()
        #expect(day.look(40) { Self.answer(&$0) } == nil)
        #expect(
            day.look(40) {
                $0.started += 10; $0.canary.faults += 10
            } == .errorRate)
    }
}
