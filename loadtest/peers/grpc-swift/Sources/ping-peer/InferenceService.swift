import Foundation
import GRPCCore

/// ModelInfer and ModelMetadata of the Open Inference Protocol for one model.
struct InferenceService: Inference_GRPCInferenceService.SimpleServiceProtocol {
    let predictor: Predictor
    private let model = "bench-trees"
    private let version = "1"
    private let output = "probability"

    init(predictor: Predictor) { self.predictor = predictor }

    func modelInfer(
        request: Inference_ModelInferRequest, context: ServerContext
    ) async throws -> Inference_ModelInferResponse {
        guard request.modelName == model else {
            throw RPCError(code: .notFound, message: "no model of this name")
        }
        let rowBytes = Predictor.features * MemoryLayout<Float>.size
        guard let raw = request.rawInputContents.first, !raw.isEmpty,
            raw.count.isMultiple(of: rowBytes)
        else {
            throw RPCError(code: .invalidArgument, message: "expected FP32 [N, 30] in raw contents")
        }
        let numbers = raw.count / MemoryLayout<Float>.size
        let rows = [Float](unsafeUninitializedCapacity: numbers) { buffer, used in
            used = raw.copyBytes(to: buffer) / MemoryLayout<Float>.size
        }
        let scores = predictor.scores(rows)
        var tensor = Inference_ModelInferResponse.InferOutputTensor()
        tensor.name = output
        tensor.datatype = "FP32"
        tensor.shape = [Int64(scores.count), 1]
        var response = Inference_ModelInferResponse()
        response.modelName = model
        response.modelVersion = version
        response.id = request.id
        response.outputs = [tensor]
        response.rawOutputContents = [scores.withUnsafeBytes { Data($0) }]
        return response
    }

    func modelMetadata(
        request: Inference_ModelMetadataRequest, context: ServerContext
    ) async throws -> Inference_ModelMetadataResponse {
        guard request.name == model else {
            throw RPCError(code: .notFound, message: "no model of this name")
        }
        var response = Inference_ModelMetadataResponse()
        response.name = model
        response.versions = [version]
        response.inputs = [tensor("input", Predictor.features)]
        response.outputs = [tensor(output, 1)]
        return response
    }

    private func tensor(
        _ name: String, _ width: Int
    ) -> Inference_ModelMetadataResponse.TensorMetadata {
        var tensor = Inference_ModelMetadataResponse.TensorMetadata()
        tensor.name = name
        tensor.datatype = "FP32"
        tensor.shape = [-1, Int64(width)]
        return tensor
    }
}
