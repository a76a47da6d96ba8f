import Testing
import VigieTelemetry

/// The cases of W3C's own test-suite for `traceparent` (w3c/trace-context, test/test.py).
struct TraceParentTests {
    private static let trace = "12345678901234567890123456789012"
    private static let span = "1234567890123456"

    private func parsed(_ text: String) -> TraceContext? {
        TraceContext(traceParent: Array(text.utf8).span.bytes)
    }

    @Test func a_valid_header_is_read_and_written_alike() throws {
        let text = "00-\(Self.trace)-\(Self.span)-01"
        let context = try #require(parsed(text))
        #expect(context.traceID == Self.trace)
        #expect(context.spanID == Self.span)
        #expect(context.isSampled)
        #expect(context.traceParent == text)
        #expect(try #require(parsed("00-\(Self.trace)-\(Self.span)-00")).isSampled == false)
    }

    @Test(arguments: [
        "", "00", "00-", "-", "01-",
        // Version 00 has nothing behind the flags.
        "00-12345678901234567890123456789012-1234567890123456-01.",
        "00-12345678901234567890123456789012-1234567890123456-01-",
        "00-12345678901234567890123456789012-1234567890123456-01-what-the-future-will-be-like",
        // A future version has a dash before more.
        "cc-12345678901234567890123456789012-1234567890123456-01.what-the-future-will-be-like",
        "ff-12345678901234567890123456789012-1234567890123456-01",
        ".0-12345678901234567890123456789012-1234567890123456-01",
        "0.-12345678901234567890123456789012-1234567890123456-01",
        "000-12345678901234567890123456789012-1234567890123456-01",
        "0000-12345678901234567890123456789012-1234567890123456-01",
        "0-12345678901234567890123456789012-1234567890123456-01",
        "00-00000000000000000000000000000000-1234567890123456-01",
        "00-.2345678901234567890123456789012-1234567890123456-01",
        "00-1234567890123456789012345678901.-1234567890123456-01",
        "00-123456789012345678901234567890123-1234567890123456-01",
        "00-1234567890123456789012345678901-1234567890123456-01",
        "00-12345678901234567890123456789012-0000000000000000-01",
        "00-12345678901234567890123456789012-.234567890123456-01",
        "00-12345678901234567890123456789012-123456789012345.-01",
        "00-12345678901234567890123456789012-12345678901234567-01",
        "00-12345678901234567890123456789012-123456789012345-01",
        "00-12345678901234567890123456789012-1234567890123456-.0",
        "00-12345678901234567890123456789012-1234567890123456-0.",
        "00-12345678901234567890123456789012-1234567890123456-001",
        "00-12345678901234567890123456789012-1234567890123456-1",
        "00-12345678901234567890123456789012-1234567890123456",
        // Digits above 9 are lower case.
        "00-ABCDEFABCDEFABCDEFABCDEFABCDEFAB-1234567890123456-01",
        "00-12345678901234567890123456789012-ABCDEFABCDEFABCD-01",
        "00-12345678901234567890123456789012-1234567890123456-0A",
        "0A-12345678901234567890123456789012-1234567890123456-01",
        // Dashes are dashes.
        "00_12345678901234567890123456789012-1234567890123456-01",
        "00-12345678901234567890123456789012_1234567890123456-01",
        "00-12345678901234567890123456789012-1234567890123456_01",
        "00 -12345678901234567890123456789012-1234567890123456-01",
    ])
    func an_invalid_header_is_refused(_ text: String) { #expect(parsed(text) == nil) }

    @Test(arguments: [
        "cc-12345678901234567890123456789012-1234567890123456-01",
        "cc-12345678901234567890123456789012-1234567890123456-01-what-the-future-will-be-like",
        "fe-12345678901234567890123456789012-1234567890123456-01-",
        " 00-12345678901234567890123456789012-1234567890123456-01",
        "\t00-12345678901234567890123456789012-1234567890123456-01",
        "00-12345678901234567890123456789012-1234567890123456-01 ",
        "00-12345678901234567890123456789012-1234567890123456-01\t",
        "\t 00-12345678901234567890123456789012-1234567890123456-01 \t",
    ])
    func future_versions_and_blanks_around_are_read(_ text: String) throws {
        let context = try #require(parsed(text))
        #expect(context.traceID == Self.trace)
        #expect(context.traceParent == "00-\(Self.trace)-\(Self.span)-01")
    }

    @Test func flags_that_nobody_knows_are_not_sent_on() throws {
        let context = try #require(parsed("00-\(Self.trace)-\(Self.span)-ff"))
        // Sampled, and level 2's random-trace-id.
        #expect(context.traceParent.hasSuffix("-03"))
    }

    @Test func random_bytes_never_crash_and_what_is_read_is_written_alike() {
        var random = SystemRandomNumberGenerator()
        let alphabet = Array("0123456789abcdef-- \tfF.".utf8)
        for _ in 0..<20_000 {
            let count = Int.random(in: 0...70, using: &random)
            let bytes = (0..<count).map { _ in alphabet.randomElement(using: &random) ?? 0 }
            if let context = TraceContext(traceParent: bytes.span.bytes) {
                #expect(parsed(context.traceParent) == context)
            }
        }
    }
}
