import Testing
import VigieEngine

@testable import VigieDecisions

@Suite struct JSONBytesTests {
    @Test(arguments: [
        0.1, -0.0, .leastNormalMagnitude / 3, .greatestFiniteMagnitude, .leastNonzeroMagnitude,
        123456789.123456789, 1 / 3.0, 2e15, 9007199254740992, 1e22, -42,
    ])
    func a_number_reads_as_the_same_bits(value: Double) throws {
        var json = JSONBytes()
        json.number(value)
        let read = try #require(try JSONParser.parse(json.bytes).double)
        #expect(read.bitPattern == value.bitPattern)
    }

    @Test func random_numbers_read_as_the_same_bits() throws {
        var generator = SystemRandomNumberGenerator()
        for _ in 0..<2000 {
            let value = Double(bitPattern: generator.next())
            guard value.isFinite else { continue }
            var json = JSONBytes()
            json.number(value)
            let read = try JSONParser.parse(json.bytes).double
            #expect(read?.bitPattern == value.bitPattern, "bits \(value.bitPattern)")
        }
    }

    @Test(arguments: [(Double.nan, "NaN"), (.infinity, "Infinity"), (-.infinity, "-Infinity")])
    func what_JSON_has_no_number_for_is_text(value: Double, text: String) throws {
        var json = JSONBytes()
        json.number(value)
        #expect(try JSONParser.parse(json.bytes).string == text)
    }

    @Test func text_of_any_kind_reads_as_it_was() throws {
        let text = "\"quoted\" \\ \u{0} \u{1F} \u{7F} \n\r\t żółć 🐎"
        var json = JSONBytes()
        json.string(text)
        #expect(try JSONParser.parse(json.bytes).string == text)
    }

    @Test func a_whole_number_beyond_doubles_is_text() throws {
        var json = JSONBytes()
        json.integer(Int64.min)
        #expect(try JSONParser.parse(json.bytes).string == "-9223372036854775808")
    }
}
