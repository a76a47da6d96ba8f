import Testing
import VigieTransport

@testable import VigieRPC

struct MetadataTests {
    @Test func base64_comes_back_and_is_written_without_padding() {
        for count in 0..<70 {
            let bytes = (0..<count).map { _ in UInt8.random(in: 0...255) }
            let encoded = Base64.encode(bytes)
            #expect(!encoded.contains(UInt8(ascii: "=")))
            #expect(Base64.decode(encoded) == bytes)
            let padding = [UInt8](repeating: UInt8(ascii: "="), count: (4 - encoded.count % 4) % 4)
            #expect(Base64.decode(encoded + padding) == bytes)
        }
    }

    @Test(arguments: ["A", "AAAAA", "A=", "====", "A===", "AB=C", "AB-_", "AB C", "é"])
    func what_is_not_base64_is_refused(_ text: String) {
        #expect(Base64.decode(Array(text.utf8)) == nil)
    }

    @Test func keys_that_are_reserved_or_no_names_are_not_valid() {
        for key in ["a", "x-thing", "trace_id", "a.b", "0"] { #expect(Metadata.isValidKey(key)) }
        for key in ["", "grpc-timeout", ":path", "Upper", "a b", "é"] {
            #expect(!Metadata.isValidKey(key))
        }
    }

    @Test func what_http_would_not_carry_is_not_sent() {
        var metadata = Metadata()
        metadata.add("fine", "text")
        metadata.add("newline", "a\nb")
        metadata.add("space", " a")
        metadata.add("Name", "a")
        metadata.add("any-bin", bytes: [0, 10, 255])
        #expect(metadata.headerFields.map(\.name) == ["fine", "any-bin"])
    }

    @Test func stored_headers_become_metadata() {
        var store = HeaderStore()
        func add(_ name: String, _ value: String) {
            store.append(
                name: Array(name.utf8).span.bytes, value: Array(value.utf8).span.bytes)
        }
        add("a", "1")
        // The macro takes no values that cannot be copied.
        var hasBinary = store.hasBinary
        #expect(!hasBinary)
        add("b-bin", "q6s,,AQ==")
        add("a", "2")
        hasBinary = store.hasBinary
        #expect(hasBinary)
        let values = [store.first("a"), store.first("c")]
        #expect(values == ["1", nil])
        let metadata = store.metadata()
        #expect(metadata?.all("a") == [Array("1".utf8), Array("2".utf8)])
        #expect(metadata?.all("b-bin") == [[0xAB, 0xAB], [], [1]])
        add("c-bin", "!")
        let broken = store.metadata()
        #expect(broken == nil)
        store.removeAll()
        let isEmpty = store.isEmpty && !store.hasBinary
        #expect(isEmpty)
    }
}
