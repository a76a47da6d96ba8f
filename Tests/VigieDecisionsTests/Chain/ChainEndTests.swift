import Testing

@testable import VigieDecisions

struct ChainEndTests {
    private static func bytes(_ text: String) -> [UInt8] { Array(text.utf8) }

    /// By `hashlib.sha256(bytes(32) + (1).to_bytes(8, "big") + b"first")`, and so on.
    @Test func hashes_are_those_that_python_computes() {
        let first = ChainEnd.start.appending(Self.bytes("first").span.bytes)
        #expect(first.sequence == 1)
        #expect(first.hash == "8667e7fc9a5b7da59e4765472e9a1c9c889c29c8b119630bb0b16eb8dab04991")
        let second = first.appending(Self.bytes("second").span.bytes)
        #expect(second.sequence == 2)
        #expect(second.hash == "be9a26ea4b5b3d907cf845a3a29e29fdb768712faacfea29852689031bd138c7")
    }

    @Test func a_record_that_is_changed_moved_or_left_out_changes_the_end() {
        func end(_ records: [String]) -> String {
            records.reduce(ChainEnd.start) { $0.appending(Self.bytes($1).span.bytes) }.hash
        }
        let ends = [
            ["a", "b", "c"], ["a", "B", "c"], ["b", "a", "c"], ["a", "c"], ["ab", "c"],
        ]
        #expect(Set(ends.map(end)).count == ends.count)
    }
}
