import Glibc
import Testing

@testable import VigieLoad

/// All offsets of a schedule, in seconds.
private func offsets(_ schedule: ArrivalSchedule) -> [Double] {
    var schedule = schedule
    var all: [Double] = []
    while let arrival = schedule.next() {
        #expect(arrival.index == all.count)
        all.append(Double(arrival.offset) / 1e9)
    }
    return all
}

@Suite struct ArrivalScheduleTests {
    @Test func a_constant_rate_spaces_arrivals_evenly_to_the_nanosecond() {
        let all = offsets(ArrivalSchedule(.constant(3000, seconds: 10)))
        #expect(all.count == 30_000)
        for (index, offset) in all.enumerated() {
            #expect(abs(offset - Double(index) / 3000) <= 1.01e-9)
        }
    }

    @Test func an_hour_at_a_crooked_rate_gathers_no_rounding() {
        let all = offsets(ArrivalSchedule(.constant(333.3, seconds: 3600)))
        #expect(all.count == 1_199_880)
        #expect(abs((all.last ?? 0) - 1_199_879 / 333.3) < 2e-9)
    }

    @Test func a_ramp_follows_the_square_root_of_the_count() {
        // From 0 to 100 a second over 10 s, n requests are due at sqrt(2·n/10).
        let all = offsets(ArrivalSchedule(.ramp(from: 0, to: 100, seconds: 10)))
        #expect(all.count == 500)
        for (index, offset) in all.enumerated() {
            #expect(abs(offset - (Double(index) / 5).squareRoot()) < 1e-8)
        }
    }

    @Test func a_ramp_downwards_ends_with_its_last_rate() {
        let all = offsets(ArrivalSchedule(.ramp(from: 1000, to: 500, seconds: 4)))
        #expect(all.count == 3000)
        let gaps = zip(all.dropFirst(), all).map { $0 - $1 }
        #expect(abs((gaps.first ?? 0) - 1.0 / 1000) < 1e-5)
        #expect(abs((gaps.last ?? 0) - 1.0 / 500) < 1e-5)
    }

    @Test func steps_hold_each_rate_for_its_time() {
        let all = offsets(ArrivalSchedule(.steps([100, 400, 200], seconds: 6)))
        #expect(all.count == 1400)
        #expect(all.count { $0 < 2 } == 200)
        #expect(all.count { $0 >= 2 && $0 < 4 } == 800)
        #expect(all.count { $0 >= 4 } == 400)
    }

    @Test func a_spike_is_higher_for_its_time_only() {
        let profile = RateProfile.spike(base: 10, peak: 1000, start: 4, length: 2, seconds: 10)
        let all = offsets(ArrivalSchedule(profile))
        #expect(all.count { $0 < 4 } == 40)
        #expect(all.count { $0 >= 4 && $0 < 6 } == 2000)
        #expect(all.count { $0 >= 6 } == 40)
        #expect(profile.rate(at: 3.9) == 10 && profile.rate(at: 5) == 1000)
    }

    @Test func a_step_of_nothing_sends_nothing() {
        let all = offsets(ArrivalSchedule(.steps([100, 0, 100], seconds: 3)))
        #expect(all.count == 200)
        #expect(!all.contains { $0 > 1.0 && $0 < 2 })
    }

    @Test func the_same_seed_gives_the_same_poisson_arrivals_and_another_others() {
        let profile = RateProfile.constant(1000, seconds: 2)
        let first = offsets(ArrivalSchedule(profile, spacing: .poisson(seed: 7)))
        #expect(first == offsets(ArrivalSchedule(profile, spacing: .poisson(seed: 7))))
        #expect(first != offsets(ArrivalSchedule(profile, spacing: .poisson(seed: 8))))
    }

    /// Counts in windows have mean = variance = λ, gaps the exponential distribution (Kolmogorov and
    /// Smirnov's test at 0.1 %); the seeds are fixed, so the test cannot fail by chance.
    @Test(arguments: [UInt64(1), 42, 2026])
    func poisson_arrivals_have_exponential_gaps_and_poisson_counts(seed: UInt64) {
        let all = offsets(
            ArrivalSchedule(.constant(500, seconds: 200), spacing: .poisson(seed: seed)))
        let n = Double(all.count)
        #expect(abs(n - 100_000) < 4 * 100_000.0.squareRoot())
        var counts = [Double](repeating: 0, count: 2000)
        for offset in all { counts[Int(offset * 10)] += 1 }
        let mean = counts.reduce(0, +) / 2000
        let variance = counts.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / 1999
        #expect(abs(variance / mean - 1) < 4 * (2.0 / 1999).squareRoot())
        let gaps = zip(all.dropFirst(), all).map { $0 - $1 }.sorted()
        var distance = 0.0
        for (index, gap) in gaps.enumerated() {
            let expected = 1 - exp(-500 * gap)
            distance = max(distance, abs(expected - Double(index) / Double(gaps.count)))
        }
        #expect(distance < 1.95 / Double(gaps.count).squareRoot())
    }

    @Test func a_poisson_ramp_has_its_share_in_each_half() {
        // From 0 to 2000 over 10 s, a quarter of the requests come in the first half.
        let all = offsets(
            ArrivalSchedule(.ramp(from: 0, to: 2000, seconds: 10), spacing: .poisson(seed: 3)))
        let early = Double(all.count { $0 < 5 })
        #expect(abs(early - 2500) < 4 * 50)
        #expect(abs(Double(all.count) - 10_000) < 400)
    }

    @Test func a_recording_is_sent_in_the_order_of_its_times() {
        var schedule = ArrivalSchedule(recorded: [30, 10, 20])
        #expect(schedule.next() == .init(index: 0, offset: 10))
        #expect(schedule.next() == .init(index: 1, offset: 20))
        #expect(schedule.next() == .init(index: 2, offset: 30))
        #expect(schedule.next() == nil)
    }
}
