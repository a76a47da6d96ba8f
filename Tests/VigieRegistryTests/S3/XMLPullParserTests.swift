import TestRandom
import Testing

@testable import VigieRegistry

@Suite struct XMLPullParserTests {
    private static func events(_ text: String) throws -> [XMLPullParser.Event] {
        var parser = XMLPullParser(Array(text.utf8))
        var events: [XMLPullParser.Event] = []
        while let event = try parser.next() { events.append(event) }
        return events
    }

    @Test func elements_and_text_come_in_order() throws {
        let text = """
            <?xml version="1.0" encoding="UTF-8"?>
            <a:List xmlns="http://s3" x='1'><Key>a&amp;b &lt;&gt;&quot;&apos;&#65;&#x42;</Key><Empty/></a:List>

            """
        #expect(
            try Self.events(text) == [
                .start("List"), .start("Key"), .text("a&b <>\"'AB"), .end("Key"),
                .start("Empty"), .end("Empty"), .end("List"),
            ])
    }

    @Test(arguments: [
        ("", "ends too early"), ("<a>", "ends too early"), ("<a></b>", "was not open"),
        ("<a/><b/>", "second document"), ("x<a/>", "outside of all"),
        ("<!DOCTYPE a [<!ENTITY x \"y\">]><a>&x;</a>", "name is missing"),
        ("<a>&x;</a>", "unknown reference"), ("<a>&", "begins no reference"),
        ("<a>&#0;</a>", "unknown reference"), ("<a>&#xD800;</a>", "unknown reference"),
        ("<a><![CDATA[x]]></a>", "name is missing"), ("<a><!-- x --></a>", "name is missing"),
        ("<a><?php x?></a>", "name is missing"), ("<a x></a>", "without a value"),
        ("<a x=1></a>", "without quotes"), ("<a x='1></a>", "without an end"),
        ("<a / ></a>", "'/' within a tag"), ("<a></a", "does not end"),
    ])
    func anything_else_is_refused_with_its_place(text: String, problem: String) {
        do {
            _ = try Self.events(text)
            Issue.record("accepted: \(text)")
        } catch { #expect("\(error)".contains(problem), "\(error)") }
    }

    @Test func depth_and_names_are_bounded() {
        let deep = String(repeating: "<a>", count: 17)
        #expect(throws: XMLPullParser.Failure.self) { try Self.events(deep) }
        let long = "<" + String(repeating: "n", count: 129) + "/>"
        #expect(throws: XMLPullParser.Failure.self) { try Self.events(long) }
    }

    @Test func random_bytes_never_crash() {
        var random = SplitMix(seed: 7)
        let alphabet = Array("<>/&;'\"= aK#x1!?-[]:\u{0}é".utf8)
        for _ in 0..<20_000 {
            let bytes = (0..<Int.random(in: 0...40, using: &random)).map { _ in
                alphabet[Int.random(in: 0..<alphabet.count, using: &random)]
            }
            var parser = XMLPullParser(bytes)
            var events = 0
            while (try? parser.next()) != nil, events < 100 { events += 1 }
            #expect(events <= 100, "seed 7")
        }
    }
}
