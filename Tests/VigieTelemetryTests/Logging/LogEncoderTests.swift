import Testing
import VigieTelemetry

struct LogEncoderTests {
    private func line(
        _ format: LogFormat, _ message: String, _ fields: [LogEncoder.Field] = []
    ) -> String {
        let encoder = LogEncoder(format, service: [("service.name", .text("vigie"))])
        var bytes: [UInt8] = []
        encoder.append(
            .warning, at: 1_700_000_000_123_456_789, logger: "vigie.test", message, fields,
            to: &bytes)
        return String(decoding: bytes, as: UTF8.self)
    }

    @Test func a_json_line_begins_as_ecs_logging_wants_and_ends_with_the_service() {
        #expect(
            line(
                .json, "hm", [("event.duration", .integer(5)), ("event.type", .list(["a", "b"]))])
                == #"{"@timestamp":"2023-11-14T22:13:20.123Z","log.level":"warning","message":"hm","#
                + #""ecs.version":"8.11.0","log.logger":"vigie.test","event.duration":5,"#
                + #""event.type":["a","b"],"service.name":"vigie"}"# + "\n")
    }

    @Test func what_callers_send_stays_inside_its_string() {
        let text = line(.json, "a\"b\\c\nd\u{1}\u{1B}[m\u{7F}é\u{2028}")
        #expect(text.contains(#""a\"b\\c\nd\u0001\u001b[m\u007fé"#))
        #expect(text.filter { $0 == "\n" }.count == 1)
    }

    @Test func a_text_line_is_one_line() {
        #expect(
            line(.text, "a\nb\u{1B}[m")
                == "2023-11-14T22:13:20.123Z warning: a\\nb\\u{1B}[m\n")
    }

    @Test func a_text_line_reads_in_one_direction_and_keeps_joined_characters() {
        let family = "\u{1F468}\u{200D}\u{1F469}"
        #expect(
            line(.text, "a\u{202E}b\u{2066}\u{9B}\u{2028}\(family)")
                == "2023-11-14T22:13:20.123Z warning: a\\u{202E}b\\u{2066}\\u{009B}\\u{2028}\(family)\n"
        )
    }

    @Test(
        arguments: [
            (0, "1970-01-01T00:00:00.000Z"), (951_782_400, "2000-02-29T00:00:00.000Z"),
            (1_709_251_199, "2024-02-29T23:59:59.000Z"),
            (4_107_542_400, "2100-03-01T00:00:00.000Z"),
            (1_735_689_599, "2024-12-31T23:59:59.000Z"),
        ] as [(UInt64, String)])
    func days_are_those_of_the_calendar(_ seconds: UInt64, _ text: String) {
        #expect(Timestamp.text(seconds * 1_000_000_000) == text)
    }

    @Test func of_lines_that_repeat_a_few_are_written_and_the_rest_counted() {
        var limiter = RepeatLimiter(linesMax: 3, window: .seconds(10))
        let second: UInt64 = 1_000_000_000
        let admitted = (0..<20).map { limiter.admits("try \($0) failed", at: second) }
        #expect(admitted == Array(repeating: true, count: 3) + Array(repeating: false, count: 17))
        let another = limiter.admits("another", at: second)
        #expect(another)
        let early = limiter.close(at: 5 * second)
        #expect(early.isEmpty)
        let closed = limiter.close(at: 12 * second)
        #expect(closed.map(\.count) == [17])
        #expect(closed.first?.message == "try 19 failed")
        let anew = limiter.admits("try 1 failed", at: 12 * second)
        #expect(anew)
    }
}
