import Testing
import VigieCrypto

@testable import VigieDecisions

@Suite struct ChainTests {
    @Test func a_hash_is_over_the_predecessor_the_number_and_the_text() {
        let text = Array(#"{"type":"decision"}"#.utf8)
        let first = ChainEnd.start.appending(text.span.bytes)
        let bytes = [UInt8](repeating: 0, count: 32) + [0, 0, 0, 0, 0, 0, 0, 1] + text
        #expect(first.sequence == 1)
        #expect(first.hash == SHA256.digest(of: bytes).hex)
        let second = first.appending(text.span.bytes)
        #expect(second.sequence == 2 && second.hash != first.hash)
    }

    @Test func a_line_reads_as_it_was_written() throws {
        let record = Array(#"{"a":"}\"{","b":[1,{"c":2}]}"#.utf8)
        let side = Array(#"{"salt":"00"}"#.utf8)
        var bytes: [UInt8] = []
        let end = Line.append(record[...], side: side[...], after: .start, to: &bytes)
        #expect(bytes.removeLast() == UInt8(ascii: "\n"))
        let line = try #require(Line.parse(bytes[...], place: "here"))
        #expect(line.record == record && line.side == side)
        #expect(line.sequence == 1 && line.hash == end.hash)
        #expect(line.recomputed == end)
    }

    @Test func a_line_cut_anywhere_is_no_record() {
        var bytes: [UInt8] = []
        _ = Line.append(
            Array(#"{"a":1}"#.utf8)[...], side: Array("null".utf8)[...], after: .start, to: &bytes)
        bytes.removeLast()
        for count in 0..<bytes.count {
            let line = Line.parse(bytes[..<count], place: "here")
            #expect(line == nil, "cut to \(count) bytes")
        }
    }

    @Test func any_changed_bit_of_a_record_changes_its_hash() throws {
        var bytes: [UInt8] = []
        _ = Line.append(
            Array(#"{"points":612,"decision":"APPROVE"}"#.utf8)[...],
            side: Array("null".utf8)[...], after: .start, to: &bytes)
        bytes.removeLast()
        let start = try #require(
            bytes.indices.first { bytes[$0...].starts(with: "{\"points".utf8) })
        for index in start..<start + 35 {
            for bit in 0..<8 {
                var changed = bytes
                changed[index] ^= 1 << UInt8(bit)
                guard let line = Line.parse(changed[...], place: "here") else { continue }
                #expect(line.recomputed?.hash != line.hash, "byte \(index), bit \(bit)")
            }
        }
    }

    /// RFC 4231's way of making keys does not matter here: two keys, two signatures.
    @Test func a_checkpoint_is_signed_by_one_key_alone() throws {
        let key = Array("0123456789abcdef".utf8)
        let checkpoint = Checkpoint(ChainEnd(sequence: 7, hash: ChainEnd.start.hash), key: key)
        let read = try #require(Checkpoint(checkpoint.bytes))
        #expect(read == checkpoint && read.isSigned(by: key))
        #expect(!read.isSigned(by: Array("0123456789abcdeF".utf8)))
    }
}
