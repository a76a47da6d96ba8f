import Testing

@testable import VigieLoad

@Suite struct RateTextTests {
    @Test func patterns_are_read() throws {
        #expect(try RateText.ramp("100..5k", seconds: 3) == .ramp(from: 100, to: 5000, seconds: 3))
        #expect(try RateText.steps("1,2,3", seconds: 3) == .steps([1, 2, 3], seconds: 3))
        #expect(
            try RateText.spike("5:50", seconds: 10)
                == .spike(base: 5, peak: 50, start: 4, length: 2, seconds: 10))
        #expect(
            try RateText.spike("5:50:1s:500ms", seconds: 10)
                == .spike(base: 5, peak: 50, start: 1, length: 0.5, seconds: 10))
    }

    @Test(arguments: ["", "5", "5..", "..5", "a..b", "-1..5", "1..2..3"])
    func a_bad_ramp_is_refused_by_name(text: String) {
        #expect(throws: LoadError.self) { try RateText.ramp(text, seconds: 1) }
    }

    @Test(arguments: ["5", "5:", "5:50:20s:1s", "5:50:1s", "5:50:1s:0s", "x:50:1s:1s"])
    func a_bad_spike_is_refused(text: String) {
        #expect(throws: LoadError.self) { try RateText.spike(text, seconds: 10) }
    }
}
