import TestArtifacts
import Testing
import VigieEngine
import VigieProtos
import VigieRPC
import VigieRegistry

@testable import VigieServices

@Suite struct OptionalInputTests {
    /// Answers whether its optional input was there, and how many elements it had.
    private final class Presence: Artifact, @unchecked Sendable {
        init() {
            super.init(
                flavor: .onnx,
                inputs: [
                    TensorSpec(name: "a", type: .float64, shape: [-1]),
                    TensorSpec(name: "b", type: .float64, shape: [-1], isOptional: true),
                ], outputs: [TensorSpec(name: "seen", type: .int64, shape: [2])],
                signature: Signature(features: []), memoryBytes: 0)
        }

        override func run(_ workspace: Workspace) throws(InferenceError) {
            let input = workspace.inputs[1]
            workspace.outputs[0].reshape(TensorShape([2]))
            workspace.outputs[0].withElements(of: Int64.self) {
                $0[0] = input.isAbsent ? 0 : 1
                $0[1] = Int64(input.count)
            }
        }
    }

    let arena = Arena()

    private func answer(_ node: ServingNode, _ inputs: [String]) throws(RPCStatus) -> [UInt8] {
        let request = Inference.ModelInferRequest(in: arena)
        request.setModelName("model")
        for name in inputs { request.addRaw(name, "FP64", [1], littleEndian([1.0])) }
        let response = Inference.ModelInferResponse(in: arena)
        try node.infer(request, into: response)
        return Array(try onTheWire(response, arena).rawOutputContents[0])
    }

    @Test func what_a_request_leaves_out_is_absent_whatever_came_before() throws {
        let node = node([loaded("model", 1, Presence())])
        #expect(try answer(node, ["a"]) == littleEndian([0, 0] as [Int64]))
        #expect(try answer(node, ["b", "a"]) == littleEndian([1, 1] as [Int64]))
        #expect(try answer(node, ["a"]) == littleEndian([0, 0] as [Int64]))
    }

    @Test func other_inputs_are_still_required() {
        let node = node([loaded("model", 1, Presence())])
        let refusal = status { () throws(RPCStatus) in _ = try answer(node, ["b"]) }
        #expect(refusal.code == .invalidArgument)
        #expect(refusal.message == "model 'model': input 'a' is missing")
    }
}
