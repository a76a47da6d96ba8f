import Testing
import VigieRPC

struct PercentEncodingTests {
    private func encoded(_ text: String, limit: Int = .max) -> String {
        String(decoding: PercentEncoding.encode(text, limit: limit), as: UTF8.self)
    }

    @Test func what_header_fields_cannot_hold_is_escaped() {
        #expect(encoded("plain text!") == "plain text!")
        #expect(encoded("100 %") == "100 %25")
        #expect(encoded("\t☺\n") == "%09%E2%98%BA%0A")
        #expect(encoded(" both ends ") == "%20both ends%20")
        #expect(encoded(" ") == "%20")
    }

    @Test func any_text_comes_back() {
        for text in ["", " ", "%", "%%41", "naïve 😈", "\0\u{7F}", "a b "] {
            #expect(PercentEncoding.decode(PercentEncoding.encode(text)) == text)
        }
    }

    @Test(arguments: [
        ("%", "%"), ("%4", "%4"), ("%zz", "%zz"), ("a%41%", "aA%"), ("%FF", "\u{FFFD}"),
    ])
    func decoding_never_fails(_ wire: String, _ text: String) {
        #expect(PercentEncoding.decode(wire.utf8) == text)
    }

    @Test func long_text_is_cut_between_characters() {
        let text = String(repeating: "é", count: 100)
        for limit in 10..<40 {
            let result = encoded(text, limit: limit)
            #expect(result.utf8.count <= limit)
            #expect(result.hasSuffix("..."))
            let rest = PercentEncoding.decode(result.utf8).dropLast(3)
            #expect(rest.allSatisfy { $0 == "é" }, "\(result)")
        }
        #expect(encoded("ten bytes.", limit: 10) == "ten bytes.")
    }
}
