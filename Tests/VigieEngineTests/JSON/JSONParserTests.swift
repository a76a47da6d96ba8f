import TestRandom
import Testing
import VigieEngine

@Suite struct JSONParserTests {
    private func object(_ members: [(key: String, value: JSONValue)]) throws -> JSONValue {
        .object(try #require(JSONObject(members)))
    }

    @Test func values_of_every_kind_are_read() throws {
        let value = try JSONParser.parse(
            #" {"a": null, "b": [true, false], "c": [1, -2.5e1], "d": [], "e": {}, "f": "g"} "#)
        #expect(
            try value
                == object([
                    ("a", .null), ("b", .array([.bool(true), .bool(false)])),
                    ("c", .numbers([1, -25])), ("d", .array([])), ("e", object([])),
                    ("f", .string("g")),
                ]))
        #expect(value["c"]?.array == [.number(1), .number(-25)])
        #expect(value["d"]?.numbers == [])
        #expect(value["missing"] == nil)
        #expect(value.object?.keys == ["a", "b", "c", "d", "e", "f"])
    }

    @Test func an_array_that_begins_with_numbers_may_end_otherwise() throws {
        #expect(
            try JSONParser.parse("[1, 2, \"x\", 3]")
                == .array([.number(1), .number(2), .string("x"), .number(3)]))
    }

    @Test(arguments: [
        ("0", 0.0), ("-0", -0.0), ("1E2", 100), ("1e+2", 100), ("123.456", 123.456),
        ("5E-1", 0.5), ("4.9406564584124654e-324", .leastNonzeroMagnitude), ("1e-400", 0),
        ("1.7976931348623157e308", .greatestFiniteMagnitude),
        ("9007199254740993", 9007199254740992),
        ("0.1", 0.1), ("3.592E-1", 0.3592),
        ("123456789012345678901234567890", 1.2345678901234568e29),
        ("0.000000000000000000000000000000000001234", 1.234e-36), ("Infinity", .infinity),
        ("-Infinity", -.infinity), ("2.2250738585072014e-308", 2.2250738585072014e-308),
    ])
    func numbers_are_the_nearest_double(text: String, expected: Double) throws {
        let value = try #require(try JSONParser.parse(text).double)
        #expect(value.bitPattern == expected.bitPattern)
    }

    @Test func random_doubles_survive_being_written_and_read() throws {
        var generator = SplitMix(seed: 7)
        for _ in 0..<20_000 {
            let bits = generator.next()
            let double = Double(bitPattern: bits)
            let single = Float(bitPattern: UInt32(truncatingIfNeeded: bits))
            if double.isFinite { #expect(try JSONParser.parse("\(double)").double == double) }
            if single.isFinite {
                #expect(try Float(#require(JSONParser.parse("\(single)").double)) == single)
            }
        }
    }

    @Test func not_a_number_is_read() throws {
        #expect(try JSONParser.parse("[NaN]").numbers?.first?.isNaN == true)
    }

    @Test func escapes_and_surrogate_pairs_become_text() throws {
        #expect(
            try JSONParser.parse(#""\"\\\/\b\f\n\r\tAé\u20ac\ud83d\ude00é""#).string
                == "\"\\/\u{8}\u{c}\n\r\tAé€😀é")
        #expect(try JSONParser.parse(#""e\u0301""#).string?.unicodeScalars.count == 2)
    }

    @Test(arguments: [
        "", " ", "{", "[", "[1", "[1,", "[1,]", "[,1]", "{\"a\"}", "{\"a\":}", "{\"a\":1,}",
        "{a:1}",
        "01", "-", "+1", ".5", "1.", "1e", "1e+", "0x1", "1e999", "-1e999", "nul", "True", "nan",
        "-NaN",
        "\"", "\"\\x\"", "\"\\u12\"", "\"\\ud800\"", "\"\\ud800\\u0041\"", "\"\\udc00\"",
        "\"a\nb\"",
        "1 2", "[1]]", "// c\n1", "'a'", "[1 2]", "{\"a\":1 \"b\":2}", "{\"a\":1,\"a\":2}",
        "[\"a\",]", "[[],]", "\u{FEFF}1",
    ])
    func what_is_no_JSON_is_refused(text: String) {
        #expect(throws: JSONError.self) { try JSONParser.parse(text) }
    }

    @Test func a_key_twice_is_refused_in_large_objects_too() {
        let members = (0..<100).map { "\"k\($0 % 99)\": 1" }.joined(separator: ",")
        #expect(throws: JSONError.self) { try JSONParser.parse("{" + members + "}") }
    }

    @Test func bytes_that_are_no_UTF8_are_refused() {
        for bytes: [UInt8] in [[0xFF], [0xC0, 0x80], [0xED, 0xA0, 0x80], [0xE2, 0x82]] {
            #expect(throws: JSONError.self) { try JSONParser.parse([0x22] + bytes + [0x22]) }
        }
    }

    @Test func an_error_says_where() {
        #expect(throws: JSONError("expected ',' or ']'", line: 2, column: 8, offset: 10)) {
            try JSONParser.parse("{ \n\"a\":[1 2]}")
        }
        #expect(JSONError("m", line: 2, column: 5, offset: 8).description == "line 2, column 5: m")
    }

    @Test func nesting_is_bounded() throws {
        func nested(_ depth: Int) -> String {
            String(repeating: "[", count: depth) + String(repeating: "]", count: depth)
        }
        _ = try JSONParser.parse(nested(64))
        #expect(throws: JSONError.self) { try JSONParser.parse(nested(65)) }
        #expect(throws: JSONError.self) { try JSONParser.parse(nested(100_000)) }
        #expect(throws: JSONError.self) {
            try JSONParser.parse(String(repeating: "{\"a\":", count: 100_000))
        }
        _ = try JSONParser.parse(nested(3), depthMax: 3)
        #expect(throws: JSONError.self) { try JSONParser.parse(nested(4), depthMax: 3) }
    }

    @Test func every_truncation_and_byte_change_ends_in_a_value_or_an_error() {
        let text = [UInt8](#"{"a":[1.5e-3,NaN,"\u00e9x"],"b":{"c":[true,null,[]]}}"#.utf8)
        for count in 0..<text.count {
            #expect(throws: JSONError.self) { try JSONParser.parse([UInt8](text[..<count])) }
        }
        var values = 0
        for index in text.indices {
            for byte in 0...UInt8.max {
                var changed = text
                changed[index] = byte
                if (try? JSONParser.parse(changed)) != nil { values += 1 }
            }
        }
        #expect(values > text.count)
    }
}
