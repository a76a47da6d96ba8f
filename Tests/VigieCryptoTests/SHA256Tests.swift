import Testing
import VigieCrypto

@Suite struct SHA256Tests {
    /// NIST, "Cryptographic Standards and Guidelines: Examples with Intermediate Values", SHA-256,
    /// and FIPS 180-2 appendix B.3.
    static let vectors = [
        Vector("", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"),
        Vector("abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"),
        Vector(
            "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
            "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1"),
        Vector(
            String(repeating: "a", count: 1_000_000),
            "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0"),
    ]

    struct Vector: Sendable, CustomTestStringConvertible {
        let text: String
        let digest: String

        init(_ text: String, _ digest: String) {
            self.text = text
            self.digest = digest
        }

        var testDescription: String { "\(text.utf8.count) bytes" }
    }

    @Test(arguments: vectors)
    func one_shot_gives_the_published_digest(vector: Vector) {
        #expect(SHA256.digest(of: Array(vector.text.utf8)).hex == vector.digest)
    }

    @Test(arguments: vectors)
    func pieces_of_any_size_give_the_same_digest(vector: Vector) {
        let bytes = Array(vector.text.utf8)
        for size in [1, 3, 63, 64, 65, 4096] where bytes.count / size < 20_000 {
            var hash = SHA256()
            var offset = 0
            while offset < bytes.count {
                let end = min(offset + size, bytes.count)
                hash.update(bytes.span.bytes.extracting(offset..<end))
                offset = end
            }
            #expect(hash.finalize().hex == vector.digest)
        }
    }

    @Test func digests_read_both_cases_of_hex_and_nothing_else() {
        let digest = SHA256.digest(of: Array("abc".utf8))
        #expect(SHA256Digest(hex: digest.hex) == digest)
        #expect(SHA256Digest(hex: digest.hex.uppercased()) == digest)
        #expect(SHA256Digest(hex: String(digest.hex.dropLast())) == nil)
        #expect(SHA256Digest(hex: digest.hex + "0") == nil)
        #expect(SHA256Digest(hex: "g" + digest.hex.dropFirst()) == nil)
        #expect(SHA256Digest(hex: "") == nil)
        #expect(digest.bytes.count == SHA256Digest.byteCount)
    }

    @Test func every_single_bit_matters_to_equality() {
        let digest = SHA256.digest(of: Array("abc".utf8))
        for bit in 0..<256 {
            var bytes = digest.bytes
            bytes[bit / 8] ^= 1 << (bit % 8)
            #expect(SHA256Digest(hex: Hex.encode(bytes)) != digest)
            #expect(!ConstantTime.equal(bytes, digest.bytes))
        }
        #expect(ConstantTime.equal(digest.bytes, digest.bytes))
        #expect(!ConstantTime.equal(digest.bytes, Array(digest.bytes.dropLast())))
        #expect(ConstantTime.equal([], []))
    }

    @Test func hex_goes_both_ways() {
        let all = (0...255).map { UInt8($0) }
        #expect(Hex.decode(Hex.encode(all)) == all)
        #expect(Hex.encode([]) == "")
        #expect(Hex.decode("abc") == nil)
        #expect(Hex.decode("0x") == nil)
    }
}
