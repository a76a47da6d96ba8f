import Testing

@testable import VigieTelemetry

struct TimestampTests {
    @Test(arguments: [
        ("1970-01-01T00:00:00Z", 0, 0),
        ("2026-11-26T13:00:00Z", 1_795_698_000, 0),
        ("2026-11-26T13:00:00.5Z", 1_795_698_000, 500_000_000),
        ("2024-02-29T23:59:60.123456789Z", 1_709_251_200, 123_456_789),
        ("9999-12-31T23:59:59Z", 253_402_300_799, 0),
        ("0001-01-01T00:00:00Z", -62_135_596_800, 0),
    ])
    func times_are_read_to_the_nanosecond(text: String, seconds: Int, nanoseconds: UInt64) throws {
        let parts = try #require(Timestamp.parts(text))
        #expect(parts.seconds == seconds && parts.nanoseconds == nanoseconds)
    }

    @Test(arguments: [
        "", "2026-11-26", "2026-11-26T13:00:00", "2026-11-26T13:00:00+01:00",
        "2026-13-01T00:00:00Z",
        "2026-11-32T00:00:00Z", "2026-11-26T24:00:00Z", "2026-11-26T13:60:00Z",
        "2026-11-26T13:00:61Z", "2026-11-26T13:00:00.Z", "2026-11-26T13:00:00.+5Z",
        "2026-11-26T13:00:+5Z", "2026-11-26T13:00:00.1234567890Z", "2026-11-26T13:00:00.1.2Z",
        "２０26-11-26T13:00:00Z",
    ])
    func what_is_no_time_is_refused(text: String) {
        #expect(Timestamp.parts(text) == nil)
    }
}
