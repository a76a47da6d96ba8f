/// One thread's tensors for one ONNX model.
final class ONNXWorkspace: Workspace {
    let values: Values

    init(_ artifact: ONNXArtifact) {
        let base = Tensor.forSpecs(artifact.inputs, artifact.outputs)
        values = artifact.program.makeValues(inputs: base.inputs, outputs: base.outputs)
        super.init(artifact, inputs: base.inputs, outputs: base.outputs)
    }
}

extension Tensor {
    fileprivate static func forSpecs(
        _ inputs: [TensorSpec], _ outputs: [TensorSpec]
    ) -> (inputs: [Tensor], outputs: [Tensor]) {
        (inputs.map { Tensor(type: $0.type) }, outputs.map { Tensor(type: $0.type) })
    }
}
