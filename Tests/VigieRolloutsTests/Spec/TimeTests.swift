import Testing

@testable import VigieRollouts

struct TimeTests {
    @Test(arguments: [
        ("10m", 600_000), ("500ms", 500), ("1h30m", 5_400_000), ("1.5s", 1500), ("0s", 0),
        ("0", 0), ("2000us", 2),
    ])
    func durations_are_read(_ text: String, _ milliseconds: Int64) {
        #expect(DurationText.parse(text) == .milliseconds(milliseconds))
    }

    @Test(arguments: ["", "10", "-1s", "1d", "s", "1 s", "1e3s", "1..2s", "9000h", "1s2"])
    func what_is_no_duration_is_refused(_ text: String) {
        #expect(DurationText.parse(text) == nil)
    }

    @Test func a_written_duration_reads_the_same() {
        var generator = SystemRandomNumberGenerator()
        for _ in 0..<200 {
            let duration = Duration.microseconds(Int64.random(in: 0...1 << 40, using: &generator))
            #expect(DurationText.parse(DurationText.text(duration)) == duration, "\(duration)")
        }
    }

    @Test(arguments: [
        ("1970-01-01T00:00:00Z", 0), ("2026-11-26T03:35:36.123Z", 1_795_664_136_123),
        ("2026-11-26T04:35:36.1239999+01:00", 1_795_664_136_123),
        ("2024-02-29T23:59:59.9-00:30", 1_709_252_999_900),
    ])
    func times_are_read(_ text: String, _ milliseconds: Int64) {
        #expect(WallTime(text)?.milliseconds == milliseconds)
    }

    @Test(arguments: [
        "", "2026-11-26", "2026-13-01T00:00:00Z", "2026-11-26T24:00:00Z", "2026-11-26T00:00:00",
        "1969-12-31T23:59:59Z", "2026-11-26T00:00:00.Z", "2026-11-26T00:00:00Zx",
    ])
    func what_is_no_time_is_refused(_ text: String) { #expect(WallTime(text) == nil) }

    @Test func a_written_time_reads_the_same() {
        for _ in 0..<200 {
            let time = WallTime(milliseconds: .random(in: 0...WallTime.last))
            #expect(WallTime(time.description) == time)
        }
    }

    @Test func before_its_beginning_no_time_has_passed() {
        #expect(WallTime(milliseconds: 5).since(WallTime(milliseconds: 9)) == .zero)
    }
}
