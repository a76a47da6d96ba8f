import Testing
import VigieProtos

@testable import VigieLoad

@Suite struct AnswerJudgeTests {
    private static let signature = ModelSignature(
        inputs: [.init(name: "x", datatype: .float32, shape: [-1, 1])],
        outputs: [.init(name: "y", datatype: .float64, shape: [-1, 1])])

    private func judge(version: String = "", expected: [String: [Double]] = [:]) -> AnswerJudge {
        let request = PreparedRequest(message: [], row: 3, id: "row 3", expected: expected)
        let target = LoadTarget(
            MixEntry(method: .infer, model: "m", version: version), requests: [request],
            signature: Self.signature)
        return AnswerJudge([target])
    }

    private func answer(
        id: String = "row 3", model: String = "m", version: String = "1", score: Double = 0.5,
        rows: Int64 = 1, bytes: Int? = nil
    ) -> [UInt8] {
        let arena = Arena()
        defer { withExtendedLifetime(arena) {} }
        let response = Inference.ModelInferResponse(in: arena)
        response.setModelName(model)
        response.setModelVersion(version)
        response.setId(id)
        let output = response.addOutputs()
        output.setName("y")
        output.setDatatype("FP64")
        output.setShape([rows, 1])
        var contents: [UInt8] = []
        withUnsafeBytes(of: score) { contents += $0 }
        contents = Array(contents.prefix(bytes ?? 8))
        response.appendRawOutputContents(Bytes(copying: contents.span.bytes, in: arena))
        return response.encodedBytes()
    }

    private func verdict(_ judge: inout AnswerJudge, _ bytes: [UInt8]) -> Bool {
        judge.judge(bytes.span.bytes, target: 0, request: 0).isRight
    }

    @Test func the_same_bytes_are_decoded_once() {
        var judge = judge()
        for _ in 0..<100 { #expect(verdict(&judge, answer())) }
        #expect(judge.decoded == 1)
        #expect(judge.versions == ["", "1"])
    }

    @Test func versions_are_told_apart() {
        var judge = judge()
        let one = judge.judge(answer(version: "1").span.bytes, target: 0, request: 0)
        let two = judge.judge(answer(version: "2", score: 7).span.bytes, target: 0, request: 0)
        #expect(one.isRight && two.isRight)
        #expect(judge.versions[one.version] == "1" && judge.versions[two.version] == "2")
    }

    @Test func an_answer_to_another_request_is_misrouted() {
        for bytes in [answer(id: "row 4"), answer(id: ""), answer(model: "n")] {
            var judge = judge()
            #expect(!verdict(&judge, bytes))
            #expect(judge.samples[0].reason.contains("misrouted"))
            #expect(judge.samples[0].row == 3)
        }
        var pinned = judge(version: "2")
        #expect(!verdict(&pinned, answer(version: "1")))
    }

    @Test func a_score_must_be_the_expected_one_of_its_version() {
        let expected = ["1": [0.5], "*": [0.7]]
        var judge = judge(expected: expected)
        #expect(verdict(&judge, answer(version: "1", score: 0.5 + 1e-7)))
        #expect(verdict(&judge, answer(version: "9", score: 0.7)))
        #expect(!verdict(&judge, answer(version: "2", score: 0.5)))
        #expect(judge.samples[0].reason == "0.5, expected 0.7")
    }

    @Test func the_shape_must_be_the_models_and_the_batch_s() {
        for bytes in [answer(rows: 2), answer(bytes: 4), answer(rows: -1)] {
            var judge = judge()
            #expect(!verdict(&judge, bytes))
            #expect(judge.samples[0].reason.contains("output 'y'"))
        }
    }

    @Test func another_answer_to_the_same_row_is_wrong_unless_that_is_allowed() {
        var strict = judge()
        #expect(verdict(&strict, answer(score: 0.5)))
        #expect(!verdict(&strict, answer(score: 0.6)))
        let request = PreparedRequest(message: [], row: 0, id: "row 3")
        var lenient = AnswerJudge(
            [LoadTarget(MixEntry(method: .infer, model: "m"), requests: [request])],
            checksConsistency: false)
        #expect(verdict(&lenient, answer(score: 0.5)))
        #expect(verdict(&lenient, answer(score: 0.6)))
    }

    @Test func bytes_that_are_no_answer_are_wrong_and_only_the_first_are_kept() {
        var judge = judge()
        for length in 1..<30 {
            #expect(!verdict(&judge, [UInt8](repeating: 0xff, count: length)))
        }
        #expect(judge.samples.count == 10)
    }

    @Test func a_ping_must_bring_its_own_payload_back() {
        let pings = RequestEncoder.pings(2, payloadBytes: 16, seed: 1)
        var judge = AnswerJudge([LoadTarget(MixEntry(method: .ping), requests: pings)])
        let own = Array(pings[0].message)
        #expect(judge.judge(own.span.bytes, target: 0, request: 0).isRight)
        #expect(!judge.judge(own.span.bytes, target: 0, request: 1).isRight)
    }
}
