import VigieEngine
import VigieProtos
import VigieRPC

/// Chooses the outputs that a request wants, and writes them into its response.
enum InferOutputs {
    /// Fills ``ServedVersion/selection``: the outputs in the order asked for, or all. Done before
    /// the model runs, so that a request that cannot be answered costs no run.
    static func select(
        _ request: Inference.ModelInferRequest, _ served: ServedVersion
    ) throws(RPCStatus) {
        served.selection.removeAll(keepingCapacity: true)
        let wanted = request.outputs
        if wanted.count == 0 {
            for index in served.outputs.indices {
                served.selection.append(OutputSelection(index: index, classes: 0))
            }
            return
        }
        var problems = ProblemList()
        for position in 0..<wanted.count {
            let output = wanted[position]
            guard let index = served.outputTable.find(output.name, hint: position) else {
                problems.add(
                    "there is no output \(output.name.quoted); the model gives "
                        + InferInputs.list(served.outputs))
                continue
            }
            if served.selection.contains(where: { $0.index == index }) {
                problems.add("output \(output.name.quoted) is asked for more than once")
                continue
            }
            var classes = 0
            if output.parameters.count > 0 {
                do throws(TensorProblem) {
                    classes = try classCount(output, served.outputs[index])
                } catch {
                    problems.add("output \(output.name.quoted) \(error)")
                }
            }
            served.selection.append(OutputSelection(index: index, classes: classes))
        }
        if !problems.isEmpty {
            throw RPCStatus(
                .invalidArgument, "model '\(served.model.name)': \(problems.description)")
        }
    }

    private static func classCount(
        _ output: Inference.ModelInferRequest.InferRequestedOutputTensor, _ spec: ServedTensor
    ) throws(TensorProblem) -> Int {
        if output.parameters["shared_memory_region"] != nil {
            throw TensorProblem("is wanted in shared memory, which this server does not have")
        }
        switch output.parameters["classification"]?.parameterChoice {
        case nil: return 0
        case .int64Param(0): return 0
        case .int64Param(let count) where count > 0:
            guard Classification.canRank(spec.type) else {
                throw TensorProblem(
                    "is \(spec.type.protocolName): only numbers can be ranked by classification")
            }
            return Int(count)
        default:
            throw TensorProblem("has a classification that is no int64_param from 0 on")
        }
    }

    /// Writes the selected outputs, in raw contents as Triton does whatever the request used, or in
    /// typed ones if the request's parameter `binary_data_output` is false and all types have them.
    static func write(
        _ request: Inference.ModelInferRequest, _ served: ServedVersion,
        to response: Inference.ModelInferResponse
    ) {
        let isTyped = request.parameters.count > 0 && wantsTyped(request, served)
        for choice in served.selection {
            let tensor = served.workspace.outputs[choice.index]
            if choice.classes > 0 {
                let top = Classification.top(choice.classes, of: tensor, hasRows: served.hasRows)
                let message = response.addOutputs()
                message.name = served.outputs[choice.index].name
                message.datatype = Text(ElementType.string.protocolName)
                add(top, message, response, isTyped: isTyped)
            } else if isTyped {
                let message = response.addOutputs()
                message.name = served.outputs[choice.index].name
                message.datatype = served.outputs[choice.index].typeName
                add(tensor, message, response, isTyped: true)
            } else {
                let message = served.outputMessages[choice.index]
                response.appendOutputs(message)
                add(tensor, message, response, isTyped: false)
            }
        }
    }

    private static func add(
        _ tensor: Tensor, _ message: Inference.ModelInferResponse.InferOutputTensor,
        _ response: Inference.ModelInferResponse, isTyped: Bool
    ) {
        let shape = tensor.shape
        message.setShape(count: shape.rank) { extents in
            for index in 0..<shape.rank { extents[index] = Int64(shape[index]) }
        }
        if isTyped {
            TypedTensors.write(tensor, to: message.mutableContents())
        } else {
            RawTensors.write(tensor, to: response)
        }
    }

    private static func wantsTyped(
        _ request: Inference.ModelInferRequest, _ served: ServedVersion
    ) -> Bool {
        guard case .boolParam(false) = request.parameters["binary_data_output"]?.parameterChoice
        else { return false }
        return served.selection.allSatisfy {
            $0.classes > 0 || TypedTensors.carries(served.outputs[$0.index].type)
        }
    }
}
