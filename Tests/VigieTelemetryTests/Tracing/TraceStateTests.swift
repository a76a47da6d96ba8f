import Testing
import VigieTelemetry

/// The cases of W3C's own test-suite for `tracestate` (w3c/trace-context, test/test.py).
struct TraceStateTests {
    private func combined(_ values: String...) -> String { TraceState.combined(values) }

    @Test func headers_are_joined_in_order_and_empty_members_left_out() {
        #expect(combined("foo=1") == "foo=1")
        #expect(
            combined("foo=1,bar=2", "rojo=1,congo=2", "baz=3") == "foo=1,bar=2,rojo=1,congo=2,baz=3"
        )
        #expect(combined("foo=1", "", "bar=2") == "foo=1,bar=2")
        #expect(combined("") == "")
        #expect(combined("foo=1,") == "foo=1")
        #expect(combined("foo=1 \t , \t bar=2, \t baz=3") == "foo=1,bar=2,baz=3")
        #expect(combined("foo=1\t", "bar=2 ") == "foo=1,bar=2")
    }

    @Test func a_key_that_is_there_twice_stays_so() {
        #expect(combined("foo=1,foo=2") == "foo=1,foo=2")
    }

    @Test(arguments: [
        "foo =1", "FOO=1", "foo.bar=1", "foo@=1", "@foo=1", "foo@@bar=1", "foo@bar@baz=1",
        "foo=1=2", "=1", "foo", "foo=", "foo=\u{7F}", "foo=é", "foo=a\tb",
    ])
    func an_invalid_member_drops_the_list(_ member: String) {
        #expect(combined(member) == "")
        #expect(combined("good=1,\(member)") == "")
    }

    @Test func all_characters_that_are_allowed_are() {
        let key = "abcdefghijklmnopqrstuvwxyz0123456789_-*/"
        #expect(combined("\(key)=1") == "\(key)=1")
        #expect(combined("0\(key)@a-z0-9_-*/=1") == "0\(key)@a-z0-9_-*/=1")
        let value = String(
            String.UnicodeScalarView(
                (0x20...0x7E).compactMap(Unicode.Scalar.init).filter { $0 != "," && $0 != "=" }))
        #expect(combined("foo=\(value)") == "foo=\(value)")
    }

    @Test func lengths_are_bounded() {
        let z = String(repeating: "z", count: 300)
        #expect(combined("\(z.prefix(256))=1") != "")
        #expect(combined("\(z.prefix(257))=1") == "")
        #expect(combined("\(z.prefix(241))@\(z.prefix(14))=1") != "")
        #expect(combined("\(z.prefix(242))@v=1") == "")
        #expect(combined("t@\(z.prefix(15))=1") == "")
        #expect(combined("foo=\(z.prefix(256))") != "")
        #expect(combined("foo=\(z.prefix(257))") == "")
        let members = (1...33).map { "bar\($0)=\($0)" }
        #expect(combined(members.prefix(32).joined(separator: ",")) != "")
        #expect(combined(members.joined(separator: ",")) == "")
        let large = (1...32).map { "k\($0)=\(z.prefix(250))" }.joined(separator: ",")
        #expect(
            large.utf8.count <= TraceState.bytesMax
                ? combined(large) == large : combined(large) == "")
    }
}
