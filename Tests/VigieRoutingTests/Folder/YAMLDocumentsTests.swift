import Testing
import VigieEngine

@testable import VigieRouting

@Suite struct YAMLDocumentsTests {
    @Test func values_become_what_JSON_has() throws {
        let documents = try YAMLDocuments.read(
            """
            text: plain
            quoted: "42"
            whole: 42
            part: 0.25
            yes: true
            none: null
            time: 10m
            digest: sha256:00ff
            list: [1, 2]
            mixed: [1, a]
            empty: []
            inner: {a: {b: 1}}
            """)
        let content = try #require(documents.first?.content)
        #expect(content["text"] == .string("plain"))
        #expect(content["quoted"] == .string("42"))
        #expect(content["whole"] == .number(42))
        #expect(content["part"] == .number(0.25))
        #expect(content["none"] == .null)
        #expect(content["time"] == .string("10m"))
        #expect(content["digest"] == .string("sha256:00ff"))
        #expect(content["list"] == .numbers([1, 2]))
        #expect(content["mixed"] == .array([.number(1), .string("a")]))
        #expect(content["empty"] == .array([]))
        #expect(content["inner"]?["a"]?["b"] == .number(1))
    }

    @Test func fields_have_their_lines() throws {
        let documents = try YAMLDocuments.read("a: 1\n---\nb:\n  c:\n  - d: 1\n  - d: 2\n")
        #expect(documents.count == 2)
        #expect(documents[1].lines["b.c[1].d"] == 6)
        #expect(documents[1].lines["b.c"] == 4)
    }

    @Test func a_byte_order_mark_is_let_be() throws {
        let documents = try YAMLDocuments.read("\u{FEFF}# made on Windows\r\na: 1\r\n")
        #expect(documents.map(\.content) == [try JSONParser.parse(Array(#"{"a": 1}"#.utf8))])
        #expect(documents.first?.line == 2)
    }

    @Test func documents_without_content_are_left_out() throws {
        #expect(try YAMLDocuments.read("").isEmpty)
        #expect(try YAMLDocuments.read("---\n---\n# nothing\n").isEmpty)
    }

    @Test(
        arguments: [
            ("a: [", 2), ("a: 1\nb: {c: 1\n", 3), ("a: 1\n b: 2\n", 2), ("a: 1\na: 2\n", nil),
            ("{[1]: 2}", nil), ("a: &x [*x]", nil), ("\"\\q\"", 1),
        ] as [(String, Int?)])
    func what_is_no_YAML_is_refused(text: String, line: Int?) {
        let problem = #expect(throws: YAMLProblem.self) { try YAMLDocuments.read(text) }
        if let line { #expect(problem?.line == line) }
    }

    @Test func hostile_documents_cost_little() {
        let bomb =
            "a: &a [x,x,x,x,x,x,x,x,x,x]\n"
            + (1...9).map { level in
                let (name, inner) = (UnicodeScalar(97 + level)!, UnicodeScalar(96 + level)!)
                let list = [String](repeating: "*\(inner)", count: 10).joined(separator: ",")
                return "\(name): &\(name) [\(list)]\n"
            }.joined()
        #expect(throws: YAMLProblem.self) { try YAMLDocuments.read(bomb) }
        for text in [
            String(repeating: "[", count: 200_000), String(repeating: "- ", count: 200_000),
            String(repeating: "{a: ", count: 200_000), String(repeating: "? ", count: 200_000),
        ] {
            #expect(throws: YAMLProblem.self) { try YAMLDocuments.read(text) }
        }
    }
}
