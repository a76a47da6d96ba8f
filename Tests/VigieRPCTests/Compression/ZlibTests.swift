import Testing
import VigieRPC

struct ZlibTests {
    @Test(arguments: [MessageEncoding.gzip, .deflate], [0, 1, 1000, 1_000_000])
    func messages_come_back(_ encoding: MessageEncoding, _ count: Int) throws {
        let bytes = (0..<count).map { UInt8(truncatingIfNeeded: $0 &* $0 >> 3) }
        let packed = Zlib.compress(bytes.span.bytes, encoding)
        #expect(try Zlib.decompress(packed.span.bytes, encoding, limit: count) == bytes)
    }

    @Test(arguments: [MessageEncoding.gzip, .deflate])
    func a_bomb_ends_at_the_limit(_ encoding: MessageEncoding) {
        let packed = Zlib.compress([UInt8](repeating: 0, count: 10_000_000).span.bytes, encoding)
        #expect(throws: Zlib.Failure.tooLarge) {
            _ = try Zlib.decompress(packed.span.bytes, encoding, limit: 9_999_999)
        }
    }

    @Test(arguments: [MessageEncoding.gzip, .deflate])
    func cut_short_or_with_a_rest_it_is_corrupt(_ encoding: MessageEncoding) {
        let packed = Zlib.compress([UInt8](1...100).span.bytes, encoding)
        for wrong in [Array(packed.dropLast()), packed + [0], [], [1, 2, 3]] {
            #expect(throws: Zlib.Failure.corrupt) {
                _ = try Zlib.decompress(wrong.span.bytes, encoding, limit: 1000)
            }
        }
    }

    @Test func a_list_of_encodings_is_read_leniently() {
        #expect(MessageEncoding.parseList("br, gzip ,identity") == [.gzip, .identity])
        #expect(MessageEncoding.parseList("") == [])
    }
}
