import Testing
import VigieTelemetry

struct TraceBinaryTests {
    /// The example of OpenCensus's specification of the binary encoding.
    private static let example: [UInt8] =
        [0, 0] + Array(64...79) + [1] + Array(97...104) + [2, 1]

    private func parsed(_ bytes: [UInt8]) -> TraceContext? {
        TraceContext(traceBinary: bytes.span.bytes)
    }

    @Test func the_specifications_example_is_read_and_written_alike() throws {
        let context = try #require(parsed(Self.example))
        #expect(context.traceID == "404142434445464748494a4b4c4d4e4f")
        #expect(context.spanID == "6162636465666768")
        #expect(context.isSampled)
        #expect(context.traceBinary == Self.example)
        #expect(context.traceIDBytes == Array(64...79))
        #expect(TraceContext.spanIDBytes(context.span) == Array(97...104))
    }

    @Test func flags_may_be_missing_and_unknown_fields_follow() throws {
        #expect(try #require(parsed(Array(Self.example[..<27]))).isSampled == false)
        #expect(parsed(Self.example + [3, 1, 2, 3]) == parsed(Self.example))
        #expect(try #require(parsed(Array(Self.example[..<27]) + [9, 1])).isSampled == false)
    }

    @Test func what_is_cut_short_or_of_another_version_is_refused() {
        for count in 0..<27 { #expect(parsed(Array(Self.example[..<count])) == nil) }
        for index in [0, 1, 18] {
            var bytes = Self.example
            bytes[index] += 1
            #expect(parsed(bytes) == nil)
        }
    }

    @Test func identifiers_of_zeros_are_refused() {
        var noTrace = Self.example
        noTrace.replaceSubrange(2..<18, with: repeatElement(0, count: 16))
        #expect(parsed(noTrace) == nil)
        var noSpan = Self.example
        noSpan.replaceSubrange(19..<27, with: repeatElement(0, count: 8))
        #expect(parsed(noSpan) == nil)
    }
}
