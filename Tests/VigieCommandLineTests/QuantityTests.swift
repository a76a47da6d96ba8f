import Testing
import VigieCommandLine

struct QuantityTests {
    @Test(arguments: [
        ("30", Duration.seconds(30)), ("30s", .seconds(30)), ("1.5m", .seconds(90)),
        ("250ms", .milliseconds(250)), ("200us", .microseconds(200)), ("7µs", .microseconds(7)),
        ("80ns", .nanoseconds(80)), ("2h", .seconds(7200)), ("0", .zero),
        ("1.1ms", .microseconds(1100)), ("0.0015", .microseconds(1500)),
    ])
    func a_time_span_is_read_to_the_nanosecond(text: String, expected: Duration) {
        #expect(TimeSpan(argument: text)?.duration == expected)
    }

    @Test(arguments: ["", "s", "-1s", "1 s", "1d", "nan", "inf", "1e10", "1e400h", "ms"])
    func what_is_no_time_span_is_refused(text: String) {
        #expect(TimeSpan(argument: text) == nil)
    }

    @Test(arguments: ["0s", "80ns", "150us", "20ms", "1500ms", "10s", "90s", "5m", "2h"])
    func a_default_is_shown_as_it_would_be_typed(text: String) throws {
        let span = try #require(TimeSpan(argument: text))
        let shown = span.defaultValueDescription
        #expect(TimeSpan(argument: shown)?.duration == span.duration)
        if !["1500ms", "90s"].contains(text) { #expect(shown == text) }
    }

    @Test func seconds_are_the_number_that_was_typed() {
        #expect(TimeSpan(argument: "1.5ms")?.seconds == 0.0015)
        #expect(TimeSpan(argument: "40.3")?.seconds == 40.3)
    }

    @Test(arguments: [
        ("0", 0), ("4194304", 1 << 22), ("64KiB", 1 << 16), ("4MiB", 1 << 22), ("3GiB", 3 << 30),
    ])
    func bytes_are_read_with_their_unit(text: String, expected: Int) {
        #expect(ByteCount(argument: text)?.bytes == expected)
    }

    @Test(arguments: ["", "KiB", "-1", "1.5MiB", "1KB", "9223372036854775807GiB"])
    func what_is_no_number_of_bytes_is_refused(text: String) {
        #expect(ByteCount(argument: text) == nil)
    }
}
