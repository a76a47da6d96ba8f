import Testing
import VigieTelemetry

struct TraceSamplerTests {
    private static let mine = TraceContext(traceHigh: 1, traceLow: 2, span: 3, flags: 1)
    private static let notMine = TraceContext(traceHigh: 1, traceLow: 2, span: 3, flags: 0)

    /// Bounds that opentelemetry-sdk 1.45 computes: `round(ratio * 2**64)`.
    @Test(
        arguments: [
            (0.5, 9_223_372_036_854_775_808), (0.1, 1_844_674_407_370_955_264),
            (0.3, 5_534_023_222_112_865_280), (1e-9, 18_446_744_074),
            (0.01, 184_467_440_737_095_520),
            (5e-20, 1), (0.999_999_999_999_999_9, 18_446_744_073_709_549_568),
        ] as [(Double, UInt64)])
    func the_bound_is_that_of_opentelemetrys_sdk(_ ratio: Double, _ bound: UInt64) {
        let sampler = TraceSampler(ratio: ratio)
        #expect(sampler.takes(traceLow: bound - 1))
        #expect(!sampler.takes(traceLow: bound))
    }

    @Test func all_and_none_are_exact() {
        #expect(TraceSampler(ratio: 1).takes(traceLow: .max))
        #expect(!TraceSampler(ratio: 0).takes(traceLow: 0))
        #expect(!TraceSampler(ratio: .nan).takes(traceLow: 0))
        #expect(TraceSampler(ratio: 7).takes(traceLow: .max))
    }

    @Test func a_callers_decision_stands_where_it_is_followed() {
        for (name, followsCaller, rootIsTaken) in [
            (.alwaysOn, false, true), (.alwaysOff, false, false), (.ratio, false, false),
            (.parentAlwaysOn, true, true), (.parentAlwaysOff, true, false),
            (.parentRatio, true, false),
        ] as [(TraceSamplerName, Bool, Bool)] {
            let sampler = name.sampler(ratio: 0)
            #expect(sampler.takes(caller: .none, traceLow: 5) == rootIsTaken)
            #expect(sampler.takes(caller: Self.mine, traceLow: 5) == (followsCaller || rootIsTaken))
            #expect(
                sampler.takes(caller: Self.notMine, traceLow: 5) == (!followsCaller && rootIsTaken))
        }
    }

    @Test func identifiers_are_spread_evenly_and_never_zero() {
        var random = TraceRandom()
        let sampler = TraceSampler(ratio: 0.25)
        var taken = 0
        var seen = Set<UInt64>()
        for _ in 0..<100_000 {
            let id = random.nextSpan()
            #expect(id != 0)
            seen.insert(id)
            if sampler.takes(traceLow: id) { taken += 1 }
        }
        #expect(seen.count == 100_000)
        // 25,000 ± 6 standard deviations of 137.
        #expect((24_178...25_822).contains(taken))
    }

    /// The first numbers of the authors' own program (xoshiro256starstar.c) for the state 1, 2, 3, 4.
    @Test func the_generator_is_xoshiro256() {
        var random = TraceRandom(seed: (1, 2, 3, 4))
        let expected: [UInt64] = [11_520, 0, 1_509_978_240, 1_215_971_899_390_074_240]
        let drawn = (0..<4).map { _ in random.next() }
        #expect(drawn == expected)
    }
}
