import Testing

@testable import VigieRouting

@Suite struct XXHash64Tests {
    /// As xxHash's own sanity check fills its buffer (cli/xsum_sanity_check.c).
    private static let buffer: [UInt8] = {
        var generator: UInt64 = 2_654_435_761
        return (0..<222).map { _ in
            defer { generator &*= 11_400_714_785_074_694_797 }
            return UInt8(truncatingIfNeeded: generator >> 56)
        }
    }()

    /// XSUM_XXH64_testdata of the same file, xxHash 0.8.2.
    @Test(
        arguments: [
            (0, 0, 0xEF46_DB37_51D8_E999), (0, 2_654_435_761, 0xAC75_FDA2_929B_17EF),
            (1, 0, 0xE934_A84A_DB05_2768), (1, 2_654_435_761, 0x5014_6076_43A9_B4C3),
            (4, 0, 0x9136_A0DC_A574_57EE), (4, 2_654_435_761, 0xCAAB_286B_D8E9_FDB5),
            (14, 0, 0x8282_DCC4_994E_35C8), (14, 2_654_435_761, 0xC3BD_6BF6_3DEB_6DF0),
            (222, 0, 0xB641_AE8C_B691_C174), (222, 2_654_435_761, 0x20CB_8AB7_AE10_C14A),
        ] as [(Int, UInt64, UInt64)])
    func the_publishers_vectors_come_out(count: Int, seed: UInt64, expected: UInt64) {
        let bytes = Array(Self.buffer.prefix(count))
        #expect(XXHash64.hash(bytes.span.bytes, seed: seed) == expected)
    }

    @Test func text_is_hashed_as_its_UTF_8() {
        // `printf '%s' 'fraud-score' | xxhsum -H64`
        #expect(XXHash64.hash("fraud-score") == 0x7D1E_FDF5_3F6D_1831)
    }
}
