import Testing

@testable import VigieTransport

/// RFC 9113 §8: what a request must be.
struct RequestRulesTests {
    private func field(
        _ rules: inout RequestRules, _ name: String, _ value: String, isTrailer: Bool = false
    ) -> RequestRules.Verdict {
        Array(name.utf8).withUnsafeBytes { name in
            Array(value.utf8).withUnsafeBytes { value in
                rules.field(name, value, isTrailer: isTrailer)
            }
        }
    }

    private func accepts(_ fields: [(String, String)]) -> Bool {
        var rules = RequestRules()
        for (name, value) in fields where field(&rules, name, value) == .malformed { return false }
        return rules.headersEnded()
    }

    private let request = [
        (":method", "POST"), (":scheme", "http"), (":path", "/vigie.v1.Diagnostics/Ping"),
        (":authority", "pod:8500"),
    ]

    @Test func what_grpc_sends_is_in_order() {
        let fields = [
            ("te", "trailers"), ("content-type", "application/grpc"),
            ("user-agent", "grpc-c/1.0 (x)"),
            ("grpc-timeout", "1S"), ("x-key_2.b", "a\tb ~\u{fc}"), ("x-empty", ""),
            ("content-length", "205"), ("grpc-trace-bin", "AAA"),
        ]
        #expect(accepts(request + fields))
        var rules = RequestRules()
        for (name, value) in request + fields {
            #expect(field(&rules, name, value) == .taken, "\(name)")
        }
    }

    @Test(arguments: 0..<4) func each_pseudo_header_is_needed_once_and_not_empty(index: Int) {
        var without = request
        let one = without.remove(at: index)
        #expect(!accepts(without))
        #expect(!accepts(request + [one]))
        #expect(!accepts(without + [(one.0, "")]))
        // Not behind a field of another kind.
        #expect(!accepts(without + [("te", "trailers"), one]))
    }

    @Test func a_host_stands_for_the_authority() {
        #expect(accepts(request.dropLast() + [("host", "pod:8500")]))
        #expect(!accepts(request.dropLast() + [("host", "a"), ("host", "b")]))
        #expect(!accepts(request.dropLast() + [("host", "a b")]))
    }

    @Test(arguments: [
        (":unknown", "x"), (":status", "200"), (":protocol", "websocket"), (":", "x"),
        ("Te", "trailers"), ("X-Key", "a"), ("te", "gzip"), ("connection", "close"),
        ("keep-alive", "1"), ("proxy-connection", "1"), ("transfer-encoding", "chunked"),
        ("upgrade", "h2c"), ("content-length", ""), ("content-length", "-1"),
        ("content-length", "+1"), ("content-length", "1 "),
        ("content-length", "99999999999999999999"),
    ])
    func a_field_that_must_not_be_makes_a_request_malformed(name: String, value: String) {
        // A value that nothing could be is left out, unless it says how long the body is.
        let isLeftOut = value.last == " "
        #expect(accepts(request + [(name, value)]) == isLeftOut)
    }

    @Test(arguments: [
        ("a b", "x"), ("a\u{0}", "x"), ("", "x"), ("caf\u{e9}", "x"), ("x-a-long-name(", "x"),
        ("x", " a"), ("x", "a "), ("x", "\ta"), ("x", "a\n"), ("x", "a\u{7f}b"),
        ("x", "long value\u{0}here"),
    ])
    func a_name_or_value_that_cannot_be_is_left_out(name: String, value: String) {
        var rules = RequestRules()
        for (name, value) in request { _ = field(&rules, name, value) }
        #expect(field(&rules, name, value) == .ignored)
        let isInOrder = rules.headersEnded()
        #expect(isInOrder)
    }

    @Test(arguments: [
        (0, "PO ST"), (1, "1http"), (1, "ht tp"), (2, "/a b"), (2, "/\u{7f}"), (2, "a/b"), (2, "*"),
        (3, "a<b"), (3, "a b"),
    ])
    func a_pseudo_header_must_be_what_it_says(index: Int, value: String) {
        var fields = request
        fields[index].1 = value
        #expect(!accepts(fields))
    }

    @Test func methods_of_their_own_kind() {
        let (scheme, path, authority) = (request[1], request[2], request[3])
        #expect(accepts([(":method", "OPTIONS"), scheme, (":path", "*"), authority]))
        #expect(accepts([(":method", "CONNECT"), authority]))
        #expect(!accepts([(":method", "CONNECT"), authority, scheme, path]))
        #expect(!accepts([(":method", "CONNECT")]))
        #expect(accepts([(":method", "GET"), (":scheme", "coap"), (":path", "a"), authority]))
        #expect(!accepts([(":method", "GET"), (":scheme", "HTTPS"), (":path", "a"), authority]))
    }

    @Test func trailers_have_no_pseudo_headers() {
        var rules = RequestRules()
        for (name, value) in request { _ = field(&rules, name, value) }
        #expect(field(&rules, "x-checksum", "1", isTrailer: true) == .taken)
        #expect(field(&rules, ":path", "/", isTrailer: true) == .malformed)
    }

    @Test func a_body_is_as_long_as_was_said() {
        var rules = RequestRules()
        let isFree = rules.body(1_000)
        #expect(isFree && rules.isWhole)
        rules = RequestRules()
        #expect(field(&rules, "content-length", "10") == .taken)
        #expect(!rules.isWhole)
        for (bytes, isRight) in [(6, true), (4, true), (1, false)] {
            let isTaken = rules.body(bytes)
            #expect(isTaken == isRight)
            #expect(rules.isWhole == (bytes == 4))
        }
        #expect(field(&rules, "content-length", "10") == .malformed)
    }

    /// Every byte at every place of a word, against one rule a byte.
    @Test func words_are_judged_as_their_bytes() {
        for length in [1, 3, 7, 8, 9, 15, 16, 17, 31] {
            for place in 0..<length {
                for byte in UInt8.min ... .max {
                    var bytes = [UInt8](repeating: UInt8(ascii: "m"), count: length)
                    bytes[place] = byte
                    let isLower = (0x61...0x7A).contains(byte) || (0x30...0x39).contains(byte)
                    let isName = isLower || "!#$%&'*+-.^_`|~".utf8.contains(byte)
                    let isText = byte == 0x09 || byte >= 0x20 && byte != 0x7F
                    let isEdge = place == 0 || place == length - 1
                    let isValue = isText && !(isEdge && (byte == 0x20 || byte == 0x09))
                    let isPath = byte > 0x20 && byte != 0x7F
                    bytes.withUnsafeBytes {
                        #expect(
                            FieldCharacters.isName($0) == isName, "\(byte) at \(place) of \(length)"
                        )
                        #expect(
                            FieldCharacters.isValue($0) == isValue,
                            "\(byte) at \(place) of \(length)")
                        #expect(
                            FieldCharacters.isPath($0) == isPath, "\(byte) at \(place) of \(length)"
                        )
                    }
                }
            }
        }
    }
}
