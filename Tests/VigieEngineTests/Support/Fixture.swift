import Foundation

/// Files of Tests/Fixtures.
enum Fixture {
    static func bytes(_ path: String) throws -> [UInt8] {
        let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
            .deletingLastPathComponent().deletingLastPathComponent()
            .appendingPathComponent("Fixtures")
        return [UInt8](try Data(contentsOf: folder.appendingPathComponent(path)))
    }

    /// A file of little-endian float32.
    static func floats(_ path: String) throws -> [Float] {
        let bytes = try bytes(path)
        return stride(from: 0, to: bytes.count, by: 4).map { offset in
            Float(
                bitPattern: bytes[offset..<offset + 4].reversed().reduce(0) {
                    $0 << 8 | UInt32($1)
                })
        }
    }

    /// A file of little-endian float64.
    static func doubles(_ path: String) throws -> [Double] {
        let bytes = try bytes(path)
        return stride(from: 0, to: bytes.count, by: 8).map { offset in
            Double(
                bitPattern: bytes[offset..<offset + 8].reversed().reduce(0) {
                    $0 << 8 | UInt64($1)
                })
        }
    }
}
