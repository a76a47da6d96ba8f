import TestArtifacts
import Testing
import VigieEngine
import VigieProtos
import VigieRPC
import VigieRegistry

@testable import VigieServices

@Suite struct ModelInferTests {
    let arena = Arena()

    private func request(_ model: String, version: String = "")
        -> Inference.ModelInferRequest
    {
        let request = Inference.ModelInferRequest(in: arena)
        request.setModelName(model)
        request.setModelVersion(version)
        return request
    }

    private func answer(_ node: ServingNode, _ request: Inference.ModelInferRequest)
        throws(RPCStatus) -> Inference.ModelInferResponse
    {
        let response = Inference.ModelInferResponse(in: arena)
        try node.infer(request, into: response)
        return try onTheWire(response, arena)
    }

    private func refusal(_ node: ServingNode, _ request: Inference.ModelInferRequest) -> RPCStatus {
        status { () throws(RPCStatus) in _ = try answer(node, request) }
    }

    private func pair() -> EchoArtifact { EchoArtifact(types: [.float32, .int64]) }

    /// A sound request for ``pair()``.
    private func sound(_ request: Inference.ModelInferRequest) -> Inference.ModelInferRequest {
        request.addRaw("FP32", "FP32", [1, 2], littleEndian([1.5, -2] as [Float]))
        request.addRaw("INT64", "INT64", [1, 2], littleEndian([7, -8] as [Int64]))
        return request
    }

    // MARK: Content

    @Test func every_datatype_goes_through_raw() throws {
        let node = node([loaded("echo", 1, EchoArtifact())])
        let request = request("echo")
        request.setId("call 7")
        var sent: [[UInt8]] = []
        for type in ElementType.allCases {
            let bytes: [UInt8] =
                type == .string
                ? [1, 0, 0, 0, 65, 0, 0, 0, 0] : (0..<2 * type.byteCount).map { UInt8($0 % 2) }
            sent.append(bytes)
            request.addRaw("\(type.protocolName)", "\(type.protocolName)", [1, 2], bytes)
        }
        let response = try answer(node, request)
        #expect(response.modelName == "echo" && response.modelVersion == "1")
        #expect(response.id == "call 7")
        #expect(
            response.outputs.map { String($0.name) }
                == ElementType.allCases.map { "\($0.protocolName)_out" })
        #expect(response.outputs.allSatisfy { Array($0.shape) == [1, 2] && $0.contents == nil })
        #expect(response.rawOutputContents.map { Array($0) } == sent)
    }

    @Test func typed_contents_are_answered_raw_as_triton_does() throws {
        let node = node([loaded("echo", 1, pair())])
        let request = request("echo")
        request.addTyped("FP32", "FP32", [1, 2]) { $0.setFp32Contents([1, 2]) }
        request.addTyped("INT64", "INT64", [1, 2]) { $0.setInt64Contents([3, 4]) }
        let response = try answer(node, request)
        #expect(floats(response.rawOutputContents[0]) == [1, 2])
        #expect(Array(response.rawOutputContents[1]) == littleEndian([3, 4] as [Int64]))
    }

    @Test func binary_data_output_false_asks_for_typed_contents() throws {
        let node = node([loaded("echo", 1, pair())])
        let request = sound(request("echo"))
        request.addParameters(key: "binary_data_output").boolParam = false
        let response = try answer(node, request)
        #expect(response.rawOutputContents.isEmpty)
        #expect(response.outputs[0].contents.map { Array($0.fp32Contents) } == [1.5, -2])
        #expect(response.outputs[1].contents.map { Array($0.int64Contents) } == [7, -8])
        // And the next response is raw again.
        let plain = try answer(node, sound(self.request("echo")))
        #expect(plain.rawOutputContents.count == 2 && plain.outputs[0].contents == nil)
    }

    @Test func types_without_typed_contents_stay_raw() throws {
        let node = node([loaded("echo", 1, EchoArtifact(types: [.float16, .int64]))])
        let request = request("echo")
        request.addRaw("FP16", "FP16", [1, 2], [0, 60, 0, 61])
        request.addRaw("INT64", "INT64", [1, 2], littleEndian([1, 2] as [Int64]))
        request.addParameters(key: "binary_data_output").boolParam = false
        let response = try answer(node, request)
        #expect(response.rawOutputContents.count == 2)
    }

    @Test func inputs_are_found_by_name_in_any_order() throws {
        let node = node([loaded("echo", 1, pair())])
        let request = request("echo")
        request.addRaw("INT64", "INT64", [1, 2], littleEndian([7, -8] as [Int64]))
        request.addRaw("FP32", "FP32", [1, 2], littleEndian([1.5, -2] as [Float]))
        let response = try answer(node, request)
        #expect(floats(response.rawOutputContents[0]) == [1.5, -2])
    }

    @Test func batches_of_different_sizes_follow_each_other() throws {
        let node = node([loaded("echo", 1, EchoArtifact(types: [.float32]))])
        for rows in [1, 5, 2, 100, 3] {
            let request = request("echo")
            let sent = (0..<rows * 2).map(Float.init)
            request.addRaw("FP32", "FP32", [Int64(rows), 2], littleEndian(sent))
            let response = try answer(node, request)
            #expect(Array(response.outputs[0].shape) == [Int64(rows), 2])
            #expect(floats(response.rawOutputContents[0]) == sent)
        }
    }

    // MARK: Refusals

    @Test func raw_and_typed_contents_do_not_mix() {
        let node = node([loaded("echo", 1, pair())])
        let request = request("echo")
        request.addRaw("FP32", "FP32", [1, 2], littleEndian([1, 2] as [Float]))
        request.addTyped("INT64", "INT64", [1, 2]) { $0.setInt64Contents([3, 4]) }
        request.appendRawInputContents([UInt8](repeating: 0, count: 16).span.bytes)
        let status = refusal(node, request)
        #expect(status.code == .invalidArgument)
        #expect(
            status.message.contains(
                "input 'INT64' has contents although the request has raw_input_contents"))
    }

    @Test func each_input_needs_its_raw_contents() {
        let node = node([loaded("echo", 1, pair())])
        let request = request("echo")
        request.addRaw("FP32", "FP32", [1, 2], littleEndian([1, 2] as [Float]))
        let second = request.addInputs()
        second.setName("INT64")
        second.setDatatype("INT64")
        second.setShape([1, 2])
        let status = refusal(node, request)
        #expect(status.code == .invalidArgument)
        #expect(status.message.contains("there are 1 raw_input_contents for 2 inputs"))
    }

    @Test func an_input_without_data_is_named() {
        let node = node([loaded("echo", 1, EchoArtifact(types: [.float32]))])
        let request = request("echo")
        let input = request.addInputs()
        input.setName("FP32")
        input.setDatatype("FP32")
        input.setShape([1, 2])
        #expect(refusal(node, request).message.contains("input 'FP32' has no data"))
    }

    @Test func everything_that_is_wrong_is_named_at_once() {
        let node = node([loaded("echo", 1, EchoArtifact(types: [.float32, .int64, .uint8]))])
        let request = request("echo")
        request.addRaw("FP32", "FP32", [2, 3], littleEndian([1, 2] as [Float]))
        request.addRaw("age", "FP32", [1, 2], [])
        request.addRaw("INT64", "INT32", [1, 2], [])
        request.addRaw("INT64", "INT64", [1, 2], [])
        let status = refusal(node, request)
        #expect(status.code == .invalidArgument)
        for part in [
            "model 'echo': ",
            "there is no input 'age'; the model takes 'FP32', 'INT64', 'UINT8'",
            "input 'INT64' is there more than once",
            "input 'UINT8' is missing",
            "input 'FP32' has the shape [2, 3], but [-1, 2] is expected",
        ] {
            #expect(status.message.contains(part), "\(status.message)")
        }
    }

    @Test func numbers_are_not_converted_silently() {
        let node = node([loaded("echo", 1, EchoArtifact(types: [.float32]))])
        let request = request("echo")
        request.addRaw("FP32", "FP64", [1, 2], littleEndian([1, 2] as [Double]))
        #expect(
            refusal(node, request).message.contains(
                "input 'FP32' is FP64, but the model takes FP32; numbers are not converted"))
        let other = self.request("echo")
        other.addRaw("FP32", "float", [1, 2], littleEndian([1, 2] as [Double]))
        #expect(
            refusal(node, other).message.contains("has the datatype 'float', which there is not"))
    }

    @Test(arguments: [[1], [1, 2, 1], [-1, 2], [0, 2], [1, Int64.max], []] as [[Int64]])
    func a_shape_that_does_not_fit_is_refused(shape: [Int64]) {
        let node = node([loaded("echo", 1, EchoArtifact(types: [.float32]))])
        let request = request("echo")
        request.addRaw("FP32", "FP32", shape, littleEndian([1, 2] as [Float]))
        #expect(refusal(node, request).code == .invalidArgument)
    }

    @Test func inputs_with_different_rows_are_refused() {
        let node = node([loaded("echo", 1, pair())])
        let request = request("echo")
        request.addRaw("FP32", "FP32", [1, 2], littleEndian([1.5, -2] as [Float]))
        request.addRaw("INT64", "INT64", [2, 2], littleEndian([1, 2, 3, 4] as [Int64]))
        #expect(
            refusal(node, request).message.contains(
                "input 'INT64' has 2 rows, but other inputs have 1"))
    }

    @Test func a_batch_over_the_limit_is_refused() {
        var limits = ServiceLimits()
        limits.maxBatchRows = 3
        let node = node([loaded("echo", 1, EchoArtifact(types: [.uint8]))], limits: limits)
        let large = request("echo")
        large.addRaw("UINT8", "UINT8", [4, 2], Array(repeating: 0, count: 8))
        #expect(
            refusal(node, large).message.contains("has 4 rows, more than the limit of 3"))
        let whole = request("echo")
        whole.addRaw("UINT8", "UINT8", [3, 2], Array(repeating: 0, count: 6))
        #expect(refusal(node, whole).code == .ok)
    }

    @Test func shared_memory_is_refused_by_name() {
        let node = node([loaded("echo", 1, EchoArtifact(types: [.float32]))])
        let request = request("echo")
        let input = request.addRaw("FP32", "FP32", [1, 2], littleEndian([1, 2] as [Float]))
        input.addParameters(key: "shared_memory_region").setStringParam("region")
        #expect(refusal(node, request).message.contains("stands in shared memory"))
    }

    @Test func a_message_stays_small_whatever_the_caller_writes() {
        let node = node([loaded("echo", 1, pair())])
        let request = request("echo")
        for index in 0..<500 {
            request.addRaw(String(repeating: "x", count: 5000) + "\(index)", "FP32", [1], [])
        }
        #expect(refusal(node, request).message.utf8.count < 4000)
    }

    // MARK: Versions

    @Test func the_version_asked_for_answers_and_none_means_the_newest() throws {
        let node = node([2, 10, 9].map { loaded("echo", $0, pair()) })
        for (asked, answered) in [("", "10"), ("2", "2"), ("9", "9"), ("10", "10")] {
            let response = try answer(node, sound(request("echo", version: asked)))
            #expect(String(response.modelVersion) == answered)
        }
        #expect(refusal(node, sound(request("echo", version: "3"))).code == .notFound)
        #expect(refusal(node, sound(request("nobody"))).code == .notFound)
        #expect(refusal(node, sound(request("echo", version: "latest"))).code == .invalidArgument)
        #expect(refusal(node, sound(request(""))).code == .invalidArgument)
    }

    // MARK: Outputs

    @Test func outputs_come_in_the_order_asked_for() throws {
        let node = node([loaded("echo", 1, pair())])
        let request = sound(request("echo"))
        request.addOutput("INT64_out")
        request.addOutput("FP32_out")
        let response = try answer(node, request)
        #expect(response.outputs.map { String($0.name) } == ["INT64_out", "FP32_out"])
        #expect(floats(response.rawOutputContents[1]) == [1.5, -2])
        let one = sound(self.request("echo"))
        one.addOutput("INT64_out")
        #expect(try answer(node, one).outputs.count == 1)
    }

    @Test func outputs_that_there_are_not_or_twice_are_refused() {
        let node = node([loaded("echo", 1, pair())])
        let request = sound(request("echo"))
        request.addOutput("score")
        request.addOutput("FP32_out")
        request.addOutput("FP32_out")
        let status = refusal(node, request)
        #expect(status.code == .invalidArgument)
        #expect(
            status.message.contains(
                "there is no output 'score'; the model gives 'FP32_out', 'INT64_out'"))
        #expect(status.message.contains("output 'FP32_out' is asked for more than once"))
    }

    @Test func classification_ranks_each_row() throws {
        let node = node([loaded("echo", 1, EchoArtifact(types: [.float32], shape: [-1, 3]))])
        let request = request("echo")
        request.addRaw(
            "FP32", "FP32", [2, 3], littleEndian([0.25, 0.5, -1, .nan, 2, 2] as [Float]))
        request.addOutput("FP32_out").addParameters(key: "classification").int64Param = 2
        let response = try answer(node, request)
        #expect(response.outputs[0].datatype == "BYTES")
        #expect(Array(response.outputs[0].shape) == [2, 2])
        let tensor = Tensor(type: .string)
        try RawTensors.read(response.rawOutputContents[0], TensorShape([2, 2]), into: tensor)
        #expect(
            (0..<4).map { tensor.string(at: $0) }
                == ["0.500000:1", "0.250000:0", "2.000000:1", "2.000000:2"])
    }

    @Test func classification_of_more_classes_than_there_are_gives_all() throws {
        let node = node([loaded("echo", 1, EchoArtifact(types: [.int32], shape: [-1, 2]))])
        let request = request("echo")
        request.addRaw("INT32", "INT32", [1, 2], littleEndian([-7, 3] as [Int32]))
        request.addOutput("INT32_out").addParameters(key: "classification").int64Param = 10
        let response = try answer(node, request)
        #expect(Array(response.outputs[0].shape) == [1, 2])
    }

    @Test func classification_of_what_cannot_be_ranked_is_refused() {
        let node = node([loaded("echo", 1, EchoArtifact(types: [.string]))])
        let request = request("echo")
        request.addRaw("BYTES", "BYTES", [1, 2], Array(repeating: 0, count: 8))
        request.addOutput("BYTES_out").addParameters(key: "classification").int64Param = 1
        #expect(refusal(node, request).message.contains("only numbers can be ranked"))
    }

    // MARK: Counting

    @Test func requests_rows_and_failures_are_counted() throws {
        let model = loaded("echo", 1, EchoArtifact(types: [.uint8]))
        let node = node([model])
        for rows in [1, 4, 4] {
            let request = request("echo")
            request.addRaw(
                "UINT8", "UINT8", [Int64(rows), 2], Array(repeating: 1, count: rows * 2))
            _ = try answer(node, request)
        }
        #expect(refusal(node, request("echo")).code == .invalidArgument)
        var sum = VersionStatistics(model)
        for counted in node.table.counters { sum.add(counted.counters) }
        #expect(sum.success.count == 3 && sum.failure.count == 1)
        #expect(sum.rows == 9 && sum.executions == 3)
        #expect(sum.batches.map(\.rows) == [1, 4] && sum.batches.map(\.count) == [1, 2])
        #expect(
            sum.success.nanoseconds
                == sum.inputNanoseconds + sum.computeNanoseconds + sum.outputNanoseconds)
        #expect(sum.lastRequest > 1_600_000_000_000)
    }
}
