import TestRandom
import Testing
import VigieRegistry

/// Hostile manifests: whatever the bytes, the answer is a manifest or an error.
@Suite struct ManifestFuzzTests {
    static let seeds: [UInt64] = [1, 2, 3, 4]

    @Test(arguments: seeds)
    func mutated_bytes_are_read_or_refused(seed: UInt64) throws {
        var random = SplitMix(seed: seed)
        let original = Array(SampleManifest.full.utf8)
        var read = 0
        for _ in 0..<1_500 {
            var bytes = original
            for _ in 0..<Int.random(in: 1...4, using: &random) { Self.mutate(&bytes, &random) }
            guard let manifest = try? Manifest.read(bytes) else { continue }
            read += 1
            // What was accepted keeps its promises, and is written so that it reads again.
            #expect(manifest.files.contains { $0.path == manifest.entry })
            #expect(
                manifest.files.allSatisfy { !$0.path.hasPrefix("/") && !$0.path.contains("..") })
            let p = manifest.calibration.probability(logOdds: 0.3)
            #expect(p >= 0 && p <= 1)
            let again = try Manifest.read(Array(manifest.text.utf8))
            // Not compared as values: a key that nobody knows may hold NaN.
            #expect(
                again.text == manifest.text,
                "seed \(seed): \(String(decoding: bytes, as: UTF8.self))")
        }
        // Mutations in text and numbers leave many sound: else nothing would have been tried.
        #expect(read > 50, "seed \(seed)")
    }

    private static let pieces: [[UInt8]] = [
        "null", "-1", "1e999", "NaN", "{}", "[]", "\"\"", "true", "0.5", "18446744073709551616",
        "\"../../etc/passwd\"", "\\u0000", "-0", "9007199254740993", "[[[[", "\"a\":", ",",
    ].map { Array($0.utf8) }

    private static func mutate(_ bytes: inout [UInt8], _ random: inout SplitMix) {
        guard !bytes.isEmpty else { return }
        let place = Int.random(in: 0..<bytes.count, using: &random)
        switch Int.random(in: 0..<6, using: &random) {
        case 0: bytes[place] ^= 1 << UInt8.random(in: 0..<8, using: &random)
        case 1: bytes[place] = UInt8.random(in: 0...255, using: &random)
        case 2: bytes.remove(at: place)
        case 3:
            let end = min(bytes.count, place + Int.random(in: 1...40, using: &random))
            bytes.insert(contentsOf: Array(bytes[place..<end]), at: place)
        case 4: replaceValue(&bytes, from: place, by: pieces.randomElement(using: &random) ?? [])
        default: bytes[place] = UInt8(ascii: "9")
        }
    }

    /// Puts something else in place of the next value after a colon.
    private static func replaceValue(_ bytes: inout [UInt8], from place: Int, by piece: [UInt8]) {
        guard let colon = bytes[place...].firstIndex(of: UInt8(ascii: ":")) else { return }
        let stops = Set(",}]\n".utf8)
        let end = bytes[(colon + 1)...].firstIndex { stops.contains($0) } ?? bytes.count
        bytes.replaceSubrange((colon + 1)..<end, with: piece)
    }
}
