import Glibc
import Testing
import VigieCrypto

@testable import VigieRegistry

@Suite struct PayloadFileTests {
    private static let content = (0..<10_000).map { UInt8(truncatingIfNeeded: $0 &* 31) }

    private static func onDisk(_ registry: TestRegistry) throws -> PayloadFile {
        registry.put(content, "v/data.bin")
        let folder = try OpenFolder("\(registry.path)/v")
        return PayloadFile(
            path: "data.bin", file: try folder.file("data.bin"), sha256: SHA256.digest(of: content))
    }

    private static func pieces(_ file: PayloadFile, _ size: Int) throws(FileError) -> [[UInt8]] {
        var pieces: [[UInt8]] = []
        try file.forEachPiece(of: size, wrap: { $0 }) { piece throws(FileError) in
            pieces.append(piece)
        }
        return pieces
    }

    @Test(arguments: [1_000, 3_000, 10_000, 20_000])
    func pieces_are_the_file_in_order_and_none_is_larger_than_asked_for(size: Int) throws {
        for file in [
            try Self.onDisk(TestRegistry()), PayloadFile(path: "data.bin", bytes: Self.content),
        ] {
            let pieces = try Self.pieces(file, size)
            #expect(Array(pieces.joined()) == Self.content)
            #expect(pieces.count == (Self.content.count + size - 1) / size)
            #expect(pieces.allSatisfy { $0.count <= size })
        }
    }

    @Test func an_empty_file_is_one_empty_piece() throws {
        #expect(try Self.pieces(PayloadFile(path: "x", bytes: []), 10) == [[]])
    }

    @Test func the_last_piece_of_a_file_that_changes_is_not_given() throws {
        let registry = TestRegistry()
        let file = try Self.onDisk(registry)
        var given = 0
        let error = #expect(throws: FileError.self) {
            try file.forEachPiece(of: 4_000, wrap: { $0 }) { piece throws(FileError) in
                given += piece.count
                registry.put([UInt8](repeating: 0, count: 10_000), "v/data.bin")
            }
        }
        #expect(error?.description.contains("it changes while it is read") == true)
        #expect(given == 8_000)
    }

    @Test func a_file_that_becomes_shorter_is_refused() throws {
        let registry = TestRegistry()
        let file = try Self.onDisk(registry)
        registry.put([1], "v/data.bin")
        let error = #expect(throws: FileError.self) { _ = try Self.pieces(file, 4_000) }
        #expect(error?.description.contains("it has become shorter") == true)
    }

    @Test func a_file_that_is_put_in_its_place_changes_nothing() throws {
        let registry = TestRegistry()
        let file = try Self.onDisk(registry)
        unlink("\(registry.path)/v/data.bin")
        registry.put([1], "v/data.bin")
        #expect(try Array(Self.pieces(file, 4_000).joined()) == Self.content)
    }
}
