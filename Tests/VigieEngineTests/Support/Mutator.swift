import Foundation
import TestRandom

/// Spoils files in the ways in which files are spoilt, and in those that attackers think of.
struct Mutator {
    private var random: SplitMix
    /// Other files, to splice from.
    private let others: [[UInt8]]

    init(seed: UInt64, others: [[UInt8]]) {
        random = SplitMix(seed: seed)
        self.others = others
    }

    mutating func mutate(_ bytes: [UInt8]) -> [UInt8] {
        var bytes = bytes
        for _ in 0..<(1 << Int.random(in: 0...3, using: &random)) {
            guard !bytes.isEmpty else { break }
            mutateOnce(&bytes)
        }
        return bytes
    }

    private mutating func mutateOnce(_ bytes: inout [UInt8]) {
        let place = Int.random(in: 0..<bytes.count, using: &random)
        switch Int.random(in: 0..<10, using: &random) {
        case 0: bytes[place] ^= 1 << UInt8.random(in: 0..<8, using: &random)
        case 1: bytes[place] = UInt8.random(in: 0...255, using: &random)
        case 2: bytes.removeSubrange(place...)
        case 3:
            let end = min(bytes.count, place + Int.random(in: 1...64, using: &random))
            bytes.removeSubrange(place..<end)
        case 4:
            let end = min(bytes.count, place + Int.random(in: 1...64, using: &random))
            bytes.insert(contentsOf: bytes[place..<end], at: place)
        case 5:
            guard let other = others.randomElement(using: &random), !other.isEmpty else { return }
            let start = Int.random(in: 0..<other.count, using: &random)
            let end = min(other.count, start + Int.random(in: 1...256, using: &random))
            let cut = min(bytes.count, place + Int.random(in: 0...256, using: &random))
            bytes.replaceSubrange(place..<cut, with: other[start..<end])
        case 6, 7: tweakNumeral(&bytes, from: place)
        default: tweakBinary(&bytes, at: place)
        }
    }

    /// Replaces the next number in a text by an unlikely one.
    private mutating func tweakNumeral(_ bytes: inout [UInt8], from place: Int) {
        func isNumeral(_ byte: UInt8) -> Bool {
            (0x30...0x39).contains(byte) || [0x2B, 0x2D, 0x2E, 0x45, 0x65].contains(byte)
        }
        guard let start = bytes[place...].firstIndex(where: { (0x30...0x39).contains($0) }) else {
            return
        }
        var end = start
        while end < bytes.count, isNumeral(bytes[end]) { end += 1 }
        let numerals = [
            "-1", "0", "1", "2", "7", "1e9", "-1e9", "4294967296", "9223372036854775807", "1e38",
            "1e39", "NaN", "Infinity", "-Infinity", "0.5", "2147483647", "-2147483648", "null",
            "\"x\"", "[]", "{}", "1e-310",
        ]
        let numeral = numerals.randomElement(using: &random) ?? "0"
        bytes.replaceSubrange(start..<end, with: numeral.utf8)
    }

    /// Overwrites 1, 2, 4 or 8 bytes with an unlikely big-endian number.
    private mutating func tweakBinary(_ bytes: inout [UInt8], at place: Int) {
        let size = 1 << Int.random(in: 0...3, using: &random)
        let numbers: [UInt64] = [
            0, 1, 2, .max, 1 << 60, 1 << 31, 1 << 32, 0x7F80_0000, 0x7FC0_0000, 0xFF80_0000,
            0x7FFF_FFFF, 0x7FFF_FFFF_FFFF_FFFF, 100, 0x8000_0000_0000_0000,
        ]
        let number = numbers.randomElement(using: &random) ?? 0
        for index in 0..<min(size, bytes.count - place) {
            bytes[place + index] = UInt8(
                truncatingIfNeeded: number >> UInt64(8 * (size - 1 - index)))
        }
    }
}

extension Mutator {
    /// From VIGIE_FUZZ_SEED, or a fixed one so that a build means the same every day.
    static var seed: UInt64 {
        ProcessInfo.processInfo.environment["VIGIE_FUZZ_SEED"].flatMap { UInt64($0) } ?? 20_261_125
    }

    /// From VIGIE_FUZZ_ROUNDS: how many mutants of each file.
    static var rounds: Int {
        ProcessInfo.processInfo.environment["VIGIE_FUZZ_ROUNDS"].flatMap { Int($0) } ?? 400
    }
}
