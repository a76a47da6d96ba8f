import Testing
import VigieEngine

@testable import VigieDecisions

@Suite struct CanonicalBytesTests {
    @Test func an_application_is_names_and_binary64_values() {
        let features = [Feature(name: "age"), Feature(name: "ü")]
        let bytes = CanonicalBytes.row(features, [1, .nan])
        let one: [UInt8] = [3, 0] + Array("age".utf8) + [0, 0, 0, 0, 0, 0, 0xF0, 0x3F]
        let two: [UInt8] = [2, 0] + Array("ü".utf8) + [0, 0, 0, 0, 0, 0, 0xF8, 0x7F]
        #expect(bytes == one + two)
    }

    @Test func all_NaNs_of_an_application_are_one() {
        let features = [Feature(name: "a")]
        let other = Double(bitPattern: 0xFFF8_0000_0000_0001)
        #expect(
            CanonicalBytes.row(features, [.nan]) == CanonicalBytes.row(features, [other]))
    }

    @Test func tensors_read_back_as_they_were_left() throws {
        let numbers = Tensor(type: .float32)
        numbers.reshape(TensorShape([2, 1]))
        numbers.withElements(of: Float.self) {
            $0[0] = 0.1
            $0[1] = -.infinity
        }
        let texts = Tensor(type: .string)
        texts.reshape(TensorShape([2]))
        texts.appendString("a")
        texts.appendString("")
        let absent = Tensor(type: .int64)
        var draft = DraftBytes()
        draft.part([numbers, texts, absent])
        var reader = DraftReader(draft.bytes[4...])
        let first = try #require(DraftTensor(.float32, &reader))
        #expect(first.shape == [2, 1])
        var json = JSONBytes()
        first.write(.float32, to: &json)
        let read = try JSONParser.parse(json.bytes).array
        #expect(read?.first?.double == Double(Float(0.1)) && read?.last?.string == "-Infinity")
        let second = try #require(DraftTensor(.string, &reader))
        json = JSONBytes()
        second.write(.string, to: &json)
        #expect(try JSONParser.parse(json.bytes).strings == ["a", ""])
        #expect(DraftTensor(.int64, &reader) == nil && reader.isAtEnd)
    }

    @Test func ids_are_uuids_of_version_7_in_the_order_of_time() {
        var randoms = Randoms()
        let ids = (0..<1000).map { randoms.uuid(time: 1_764_000_000_000_000_000 + $0 * 1_000_000) }
        #expect(ids == ids.sorted() && Set(ids).count == 1000)
        for id in ids {
            let characters = Array(id)
            #expect(characters[14] == "7" && "89ab".contains(characters[19]) && id.count == 36)
        }
    }
}
