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
