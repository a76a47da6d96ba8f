import TestRandom
import Testing

@testable import VigieEngine

@Suite struct NameFoldingTests {
    @Test(arguments: [
        ("José  O'Brien-Müller ", "jose o brien muller"), ("ＡＢＣ　１２", "abc 12"),
        ("Straße", "strasse"),
        ("ﬁnance", "finance"), ("Łódź", "łodz"), ("İstanbul", "istanbul"), ("Αθήνα", "αθηνα"),
        ("Ёлка", "елка"), ("한글", "\u{1112}\u{1161}\u{11AB}\u{1100}\u{1173}\u{11AF}"),
        ("e\u{301}\u{323}x", "ex"), ("\u{1EB9}\u{301}x", "ex"), ("a\u{200B}b\u{FEFF}", "ab"),
        ("…", ""), ("", ""), ("½ & 3", "1 2 3"), ("محمّد", "محمد"), ("x\ny\tz", "x y z"),
        ("Ⅳ", "iv"), ("№ 5", "no 5"), ("\u{7F}a\u{1}b", "ab"),
    ])
    func a_name_has_one_normal_form(name: String, folded: String) {
        let result = NameFolding.shared.fold(name)
        #expect(Array(result.unicodeScalars) == Array(folded.unicodeScalars))
        #expect(NameFolding.shared.fold(result) == result)
    }

    @Test func composed_and_decomposed_names_are_one() {
        // Letters whose upper case has been there since before the table's version of Unicode.
        for code in Array(UInt32(0xC0)...0x17F) + Array(0x370...0x52F) {
            guard let scalar = Unicode.Scalar(code) else { continue }
            let properties = scalar.properties
            guard properties.isAlphabetic else { continue }
            let once = NameFolding.shared.fold(String(scalar))
            #expect(NameFolding.shared.fold(once) == once, "U+\(String(code, radix: 16))")
            let upper = NameFolding.shared.fold(properties.uppercaseMapping)
            // Final sigma, dotless i and long s are letters of their own in lower case.
            if properties.uppercaseMapping.unicodeScalars.count == 1, scalar != "ı" {
                #expect(upper == once, "U+\(String(code, radix: 16))")
            }
        }
    }

    @Test func bytes_that_are_no_text_count_as_spaces() {
        for bytes in [
            [0x61, 0xFF, 0x62], [0x61, 0xC3, 0x62], [0x61, 0xE2, 0x82, 0x62],
            [0x61, 0xED, 0xA0, 0x80, 0x62], [0x61, 0xC0, 0xAF, 0x62],
        ] as [[UInt8]] {
            var folded: [UInt8] = []
            NameFolding.shared.fold(bytes.span, into: &folded)
            #expect(folded == Array("a b".utf8), "\(bytes)")
        }
        var random = SplitMix(seed: 3)
        for _ in 0..<2_000 {
            let bytes = (0..<24).map { _ in UInt8(truncatingIfNeeded: random.next()) }
            var folded: [UInt8] = []
            NameFolding.shared.fold(bytes.span, into: &folded)
            #expect(String(validating: folded, as: UTF8.self) != nil, "\(bytes)")
        }
    }
}
