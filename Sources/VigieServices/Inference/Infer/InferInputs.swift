import VigieEngine
import VigieProtos
import VigieRPC

/// Reads a request's inputs into tensors.
enum InferInputs {
    /// The first extent of the first input: how many rows the request says that it has, before
    /// anything of it is checked.
    @inline(__always)
    static func rowsClaimed(_ request: Inference.ModelInferRequest) -> Int {
        guard request.inputs.count > 0 else { return 1 }
        let shape = request.inputs[0].shape
        return shape.count > 0 ? Int(shape[0]) : 1
    }

    /// Bytes of all inputs as they are on the wire, which is close to what their tensors take.
    static func wireBytes(_ request: Inference.ModelInferRequest) -> Int {
        let raw = request.rawInputContents
        if raw.count > 0 { return raw.reduce(0) { $0 + $1.count } }
        return request.inputs.reduce(0) { $0 + ($1.contents?.encodedByteCount ?? 0) }
    }

    /// Fills `tensors`, one for each input of the version, or refuses the request with everything that
    /// is wrong with it.
    /// - Returns: the rows that the request has: 1 for a model that does not count rows.
    @discardableResult
    static func read(
        _ request: Inference.ModelInferRequest, _ served: ServedVersion, into tensors: [Tensor],
        _ limits: ServiceLimits
    ) throws(RPCStatus) -> Int {
        // Stays empty, and then costs nothing, for a request that is right.
        var problems = ProblemList()
        let inputs = request.inputs
        let raw = request.rawInputContents
        if raw.count > 0, raw.count != inputs.count {
            problems.add(
                "there are \(raw.count) raw_input_contents for \(inputs.count) inputs; "
                    + "each input must have one")
        }
        locate(inputs, served, tensors, &problems)
        var rows = -1
        for (index, position) in served.inputPositions.enumerated() where position >= 0 {
            let spec = served.inputs[index]
            let input = inputs[position]
            do throws(TensorProblem) {
                let shape = try checkedShape(input, spec, served.hasRows, limits)
                if served.hasRows {
                    if rows >= 0, shape[0] != rows {
                        throw TensorProblem(
                            "has \(shape[0]) rows, but other inputs have \(rows)")
                    }
                    rows = shape[0]
                }
                let tensor = tensors[index]
                if raw.count > 0 {
                    guard position < raw.count else { continue }
                    if let contents = input.contents, contents.encodedByteCount > 0 {
                        throw TensorProblem(
                            "has contents although the request has raw_input_contents; "
                                + "all inputs must stand in one or the other")
                    }
                    try RawTensors.read(raw[position], shape, into: tensor)
                } else if let contents = input.contents {
                    try TypedTensors.read(contents, shape, into: tensor)
                } else {
                    throw TensorProblem("has no data: neither contents nor raw_input_contents")
                }
            } catch {
                problems.add("input \(spec.name.quoted) \(error)")
            }
        }
        if !problems.isEmpty {
            throw RPCStatus(
                .invalidArgument, "model '\(served.model.name)': \(problems.description)")
        }
        return served.hasRows ? rows : 1
    }

    /// Notes where in the request each input of the model is, and which of `tensors` have none.
    private static func locate(
        _ inputs: Repeated<Inference.ModelInferRequest.InferInputTensor>, _ served: ServedVersion,
        _ tensors: [Tensor], _ problems: inout ProblemList
    ) {
        for index in served.inputPositions.indices { served.inputPositions[index] = -1 }
        for position in 0..<inputs.count {
            let name = inputs[position].name
            guard let index = served.inputTable.find(name, hint: position) else {
                problems.add(
                    "there is no input \(name.quoted); the model takes \(list(served.inputs))")
                continue
            }
            if served.inputPositions[index] >= 0 {
                problems.add("input \(name.quoted) is there more than once")
            }
            served.inputPositions[index] = position
        }
        for index in served.inputPositions.indices where served.inputPositions[index] < 0 {
            guard !served.inputs[index].isOptional else {
                tensors[index].setAbsent()
                continue
            }
            problems.add("input \(served.inputs[index].name.quoted) is missing")
        }
    }

    private static func checkedShape(
        _ input: Inference.ModelInferRequest.InferInputTensor, _ spec: ServedTensor,
        _ hasRows: Bool, _ limits: ServiceLimits
    ) throws(TensorProblem) -> TensorShape {
        guard input.datatype == spec.typeName else { throw typeProblem(input, spec) }
        let extents = input.shape
        guard let shape = spec.accepted(extents) else {
            throw TensorProblem(
                "has the shape [\(describe(extents))], "
                    + "but \(spec.shapeDescription) is expected")
        }
        if hasRows, shape[0] > limits.maxBatchRows {
            throw TensorProblem(
                "has \(shape[0]) rows, more than the limit of \(limits.maxBatchRows) a request; "
                    + "send them in several")
        }
        if input.parameters.count > 0, input.parameters["shared_memory_region"] != nil {
            throw TensorProblem(
                "stands in shared memory, which this server does not have; send its content")
        }
        return shape
    }

    private static func typeProblem(
        _ input: Inference.ModelInferRequest.InferInputTensor, _ spec: ServedTensor
    ) -> TensorProblem {
        guard ElementType(protocolName: input.datatype) != nil else {
            return TensorProblem(
                "has the datatype \(input.datatype.quoted), which there is not; the model takes "
                    + "\(spec.type.protocolName)")
        }
        return TensorProblem(
            "is \(String(input.datatype)), but the model takes \(spec.type.protocolName); "
                + "numbers are not converted silently")
    }

    /// "2, 30", cut short when there are more dimensions than any tensor has.
    private static func describe(_ extents: Repeated<Int64>) -> String {
        extents.prefix(16).map(String.init).joined(separator: ", ")
            + (extents.count > 16 ? ", …" : "")
    }

    /// "'age', 'income'".
    static func list(_ tensors: [ServedTensor]) -> String {
        tensors.prefix(20).map(\.name.quoted).joined(separator: ", ")
            + (tensors.count > 20 ? ", … (\(tensors.count) in all)" : "")
    }
}
