import VigieEngine
import VigieProtos
import VigieRPC

/// Chooses the outputs that a request wants, and writes them into its response.
enum InferOutputs {
    /// Fills ``ServedVersion/selection``: the outputs in the order asked for, or all. Done before
    /// the model runs, so that a request that cannot be answered costs no run.
    /// - Returns: whether the request wants an ``Explanation``.
    static func select(
        _ request: Inference.ModelInferRequest, _ served: ServedVersion
    ) throws(RPCStatus) -> Bool {
        served.selection.removeAll(keepingCapacity: true)
        let wanted = request.outputs
        var explains =
            request.parameters.count > 0 ? try asksForExplanation(request, served) : false
        if wanted.count == 0 {
            let count = served.outputs.count + (explains ? 2 : 0)
            for index in 0..<count {
                served.selection.append(OutputSelection(index: index, classes: 0))
            }
            return explains
        }
        // Which outputs there are to be has been said: of an explanation, what is among them.
        explains = false
        var problems = ProblemList()
        for position in 0..<wanted.count {
            let output = wanted[position]
            guard let index = served.findOutput(output.name, hint: position) else {
                problems.add(
                    "there is no output \(output.name.quoted); the model gives "
                        + InferInputs.list(served.outputs))
                continue
            }
            if served.selection.contains(where: { $0.index == index }) {
                problems.add("output \(output.name.quoted) is asked for more than once")
                continue
            }
            explains = explains || index >= served.outputs.count
            var classes = 0
            if output.parameters.count > 0 {
                do throws(TensorProblem) {
                    classes = try classCount(
                        output, index < served.outputs.count ? served.outputs[index].type : nil)
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
        if explains { try prepareExplanation(request, served) }
        return explains
    }

    private static func asksForExplanation(
        _ request: Inference.ModelInferRequest, _ served: ServedVersion
    ) throws(RPCStatus) -> Bool {
        switch request.parameters[Explanation.parameter]?.parameterChoice {
        case nil, .boolParam(false): return false
        case .boolParam(true):
            try prepareExplanation(request, served)
            return true
        default:
            throw RPCStatus(
                .invalidArgument,
                "model '\(served.model.name)': the parameter 'explain' must be a bool_param")
        }
    }

    /// Notes which of the model's outputs is to be explained.
    private static func prepareExplanation(
        _ request: Inference.ModelInferRequest, _ served: ServedVersion
    ) throws(RPCStatus) {
        let artifact = served.artifact
        let name = "model '\(served.model.name)' version \(served.model.version)"
        guard served.shared.rowColumns != nil else {
            throw RPCStatus(
                .unimplemented,
                "\(name) cannot explain its answers: "
                    + (artifact.explainedOutputCount > 0
                        ? "its inputs are not rows of its \(artifact.signature.features.count) features"
                        : artifact.explanationRefusal
                            ?? "they are no sums of contributions of its features"))
        }
        let count = artifact.explainedOutputCount
        switch request.parameters[Explanation.outputParameter]?.parameterChoice {
        case .int64Param(let output) where output >= 0 && output < count:
            served.explainedOutput = Int(output)
        case nil where count == 1: served.explainedOutput = 0
        default:
            throw RPCStatus(
                .invalidArgument,
                "\(name): the parameter 'explain_output' must be an int64_param from 0 to "
                    + "\(count - 1): which of the model's outputs to explain")
        }
    }

    /// - Parameter type: nil for an output of an ``Explanation``.
    private static func classCount(
        _ output: Inference.ModelInferRequest.InferRequestedOutputTensor, _ type: ElementType?
    ) throws(TensorProblem) -> Int {
        if output.parameters["shared_memory_region"] != nil {
            throw TensorProblem("is wanted in shared memory, which this server does not have")
        }
        switch output.parameters["classification"]?.parameterChoice {
        case nil: return 0
        case .int64Param(0): return 0
        case .int64Param(let count) where count > 0:
            guard let type else {
                throw TensorProblem("is an explanation, which cannot be ranked by classification")
            }
            guard Classification.canRank(type) else {
                throw TensorProblem(
                    "is \(type.protocolName): only numbers can be ranked by classification")
            }
            return Int(count)
        default:
            throw TensorProblem("has a classification that is no int64_param from 0 on")
        }
    }

    /// Writes the selected outputs, which `response` borrows: in raw contents as Triton does whatever
    /// the request used, or in typed ones.
    /// - Parameters:
    ///   - outputs: one tensor for each output of the version.
    ///   - explanation: there if any of the selected outputs is of it.
    static func write(
        _ served: ServedVersion, _ selection: [OutputSelection], outputs: [Tensor],
        explanation: Explanation? = nil, isTyped: Bool, to response: Inference.ModelInferResponse
    ) {
        for choice in selection {
            guard choice.index < outputs.count else {
                guard let explanation else { continue }
                let isBase = choice.index > outputs.count
                let message = response.addOutputs()
                message.name = isBase ? Explanation.baseValueName : Explanation.contributionsName
                message.datatype = Text(ElementType.float64.protocolName)
                add(
                    isBase ? explanation.baseValues : explanation.contributions, message, response,
                    isTyped: isTyped)
                continue
            }
            let tensor = outputs[choice.index]
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

    /// Whether outputs are to be typed: the request's parameter `binary_data_output` is false, and all
    /// types that it wants have typed contents.
    static func wantsTyped(
        _ request: Inference.ModelInferRequest, _ served: ServedVersion
    ) -> Bool {
        guard request.parameters.count > 0,
            case .boolParam(false) = request.parameters["binary_data_output"]?.parameterChoice
        else { return false }
        return served.selection.allSatisfy {
            $0.classes > 0 || $0.index >= served.outputs.count
                || TypedTensors.carries(served.outputs[$0.index].type)
        }
    }
}
