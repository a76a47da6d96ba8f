import Foundation

/// Files of Tests/Fixtures/rollouts, which its scripts have written.
enum Fixtures {
    static func read<Content: Decodable>(_ name: String, _ type: Content.Type) -> Content {
        let file = URL(filePath: #filePath).deletingLastPathComponent()
            .appending(path: "../../Fixtures/rollouts/\(name)")
        // Committed beside these tests; without it nothing can be tried.
        return try! JSONDecoder().decode(Content.self, from: Data(contentsOf: file))
    }

    static func isClose(_ value: Double?, _ expected: Double, _ tolerance: Double = 1e-9) -> Bool {
        guard let value else { return false }
        return abs(value - expected) <= tolerance * max(1, abs(expected))
    }
}

/// Steele, Lea, Flood, "Fast splittable pseudorandom number generators" (2014): the same numbers for
/// the same seed.
struct SplitMix: RandomNumberGenerator {
    private var state: UInt64

    init(seed: UInt64) { state = seed }

    mutating func next() -> UInt64 {
        state &+= 0x9e37_79b9_7f4a_7c15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xbf58_476d_1ce4_e5b9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94d0_49bb_1331_11eb
        return mixed ^ (mixed >> 31)
    }

    mutating func chance(_ probability: Double) -> Bool {
        Double.random(in: 0..<1, using: &self) < probability
    }
}
