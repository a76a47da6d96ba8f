import VigieDecisions
import VigieEngine
import VigieProtos
import VigieRPC
import VigieRegistry
import VigieTelemetry
import VigieTransport

extension ServingNode {
    /// Answers one request on the loop, whatever it costs.
    ///
    /// So the response must be encoded before the same version is asked again: at once, by those who
    /// call this.
    /// - Returns: the version that answered.
    @discardableResult
    func infer(
        _ request: Inference.ModelInferRequest, into response: Inference.ModelInferResponse
    ) throws(RPCStatus) -> ServedVersion {
        let context = RequestContext.now()
        let routed = try route(request.modelName, request, nil)
        let served = routed.served
        do throws(RPCStatus) {
            let explains = try InferOutputs.select(request, served)
            try answer(
                request, routed, explains: explains, rows: InferInputs.rowsClaimed(request),
                context, into: response)
        } catch {
            routed.failed(error.code, context)
            throw error
        }
        settle(MonotonicTime.now().nanoseconds)
        return served
    }

    /// Answers one request on the loop if it is expected to be cheap, or hands it to the workers and
    /// promises the answer for later.
    ///
    /// On the loop nothing is allocated in steady state: the model and its inputs are found by bytes,
    /// their content is copied into the loop's workspace, and the response borrows the workspace's
    /// outputs and the version's prepared messages; see ``infer(_:into:)``. Whoever has encoded it
    /// calls ``settle(_:)``.
    /// - Parameter routed: what ``route(_:_:_:)`` says.
    /// - Returns: whether it has been answered.
    @inline(__always)
    func infer<Later: LaterAnswers<Inference.ModelInferResponse>>(
        _ request: Inference.ModelInferRequest, _ routed: Routed,
        into response: Inference.ModelInferResponse, _ context: RequestContext, _ later: Later
    ) throws(RPCStatus) -> Bool {
        let served = routed.served
        let decision = later.decision(
            routed, self, method: later.isStream ? .streamInfer : .infer, context)
        try checkRecording(decision, routed, context)
        do throws(RPCStatus) {
            let explains = try InferOutputs.select(request, served)
            let rows = InferInputs.rowsClaimed(request)
            let cost = served.shared.cost(rows: rows, explains: explains)
            if later.mustWait || !runsInline(served, rows: rows, cost.total) {
                try handOver(
                    request, routed, explains: explains, cost, context, decision, later)
                return false
            }
            if context.began &+ cost.total > context.deadline.nanoseconds,
                !served.shared.costs.mayProbe()
            {
                throw served.refuse(.late(wait: 0, cost: cost.total))
            }
            if let decision, decision.isRequired {
                try answerOnceRecorded(
                    request, routed, explains: explains, context, decision, later)
                return false
            }
            try answer(
                request, routed, explains: explains, rows: rows, context, into: response)
            if let decision { record(request, served, explains: explains, rows: rows, decision) }
        } catch {
            routed.failed(error.code, context)
            decision?.record(
                error, requestID: request.id.utf8Span.bytes, rows: InferInputs.rowsClaimed(request))
            throw error
        }
        return true
    }

    private func answer(
        _ request: Inference.ModelInferRequest, _ routed: Routed, explains: Bool,
        rows: Int, _ context: RequestContext, into response: Inference.ModelInferResponse
    ) throws(RPCStatus) {
        let served = routed.served
        guard !explains, rows > 0 || !served.shared.hasIndependentRows else {
            return try answerApart(
                request, routed, explains: explains, rows: rows, context, into: response)
        }
        let tensors = served.workspace.inputs
        let rows = try InferInputs.read(request, served, into: tensors, limits)
        let inputsRead = MonotonicTime.now().nanoseconds
        do { try served.artifact.run(served.workspace) } catch {
            throw RPCStatus(error, model: served.model)
        }
        let computed = MonotonicTime.now().nanoseconds
        if routed.watchesOutputs, served.workspace.outputs.contains(where: \.hasNonFinite) {
            served.counters.wasNotFinite(arm: routed.arm)
        }
        response.modelName = served.name
        response.modelVersion = served.version
        response.id = request.id
        response.say(routed.label)
        InferOutputs.write(
            served, served.selection, outputs: served.workspace.outputs,
            isTyped: InferOutputs.wantsTyped(request, served), to: response)
        let times = RequestTimes(began: context.began, inputsRead: inputsRead, computed: computed)
        answered = Answered(
            routed: routed, times: times, rows: rows, trace: context.trace, ranHere: true,
            kind: .infer, hasTensors: true)
        lastStations = CallStations(times, rows: rows)
        served.observe(.tensors, rows: rows, computed &- inputsRead, over: inlineCostMax)
    }

    /// As ``answer(_:_:explains:rows:_:into:)``, with tensors of the request's own: an explanation must
    /// not disturb outputs that stand in the workspace, and what has no rows does not run.
    @inline(never)
    private func answerApart(
        _ request: Inference.ModelInferRequest, _ routed: Routed, explains: Bool,
        rows: Int, _ context: RequestContext, into response: Inference.ModelInferResponse
    ) throws(RPCStatus) {
        let served = routed.served
        let job = TensorJob(
            request, self, routed, explains: explains, rows: rows, cost: .zero,
            RequestContext(began: context.began, trace: context.trace))
        // Those who call this count its failure.
        job.isCounted = true
        try readInputs(request, served, of: job)
        job.times.inputsRead = MonotonicTime.now().nanoseconds
        TensorRun(served.shared, [job]).compute(served.workspace, started: job.times.inputsRead)
        served.answered = job
        try job.write(response)
        lastStations = job.stations ?? .none
    }

    /// Makes a job of the request and gives it to the workers, unless they cannot do it in time.
    @inline(never)
    private func handOver<Later: LaterAnswers<Inference.ModelInferResponse>>(
        _ request: Inference.ModelInferRequest, _ routed: Routed, explains: Bool,
        _ cost: WorkCost, _ context: RequestContext, _ decision: DecisionContext?, _ later: Later
    ) throws(RPCStatus) {
        let served = routed.served
        let rows = InferInputs.rowsClaimed(request)
        let bytes =
            InferInputs.wireBytes(request)
            + min(max(rows, 1), limits.maxBatchRows) * served.answerRowBytes(explains: explains)
        let (pool, isProbe) = try admit(
            served, cost, bytes: bytes, priority: later.priority, context)
        let job = TensorJob(
            request, self, routed, explains: explains, rows: rows, cost: cost, context, pool: pool,
            bytes: bytes)
        // Until the workers have it, those who call this count its failure.
        job.isCounted = true
        try readInputs(request, served, of: job)
        job.sink = try later.promise(requestID: String(request.id))
        job.times.inputsRead = MonotonicTime.now().nanoseconds
        job.isCounted = false
        job.decision = decision
        if let call = later.call { job.message = routed.messageForShadows(call) }
        pool.submit(job, isProbe: isProbe)
    }
}

extension ServingNode {
    /// Reads a job's inputs, which must have the rows that the job was made for.
    private func readInputs(
        _ request: Inference.ModelInferRequest, _ served: ServedVersion, of job: TensorJob
    ) throws(RPCStatus) {
        let rows = try InferInputs.read(request, served, into: job.inputs, limits)
        guard !served.hasRows || rows == job.rows else {
            throw RPCStatus(
                .invalidArgument,
                "model '\(served.model.name)': inputs of \(rows) rows, the first claims \(job.rows)"
            )
        }
    }

    /// Computes on the loop, with tensors of the request's own, and answers when the decision's
    /// record is durable.
    @inline(never)
    private func answerOnceRecorded<Later: LaterAnswers<Inference.ModelInferResponse>>(
        _ request: Inference.ModelInferRequest, _ routed: Routed, explains: Bool,
        _ context: RequestContext, _ decision: DecisionContext, _ later: Later
    ) throws(RPCStatus) {
        let served = routed.served
        let job = TensorJob(
            request, self, routed, explains: explains, rows: InferInputs.rowsClaimed(request),
            cost: .zero, context)
        // Until it has a sink, those who call this count its failure.
        job.isCounted = true
        try readInputs(request, served, of: job)
        job.sink = try later.promise(requestID: String(request.id))
        job.isCounted = false
        job.decision = decision
        if let call = later.call { job.message = routed.messageForShadows(call) }
        job.times.inputsRead = MonotonicTime.now().nanoseconds
        job.run(with: [], started: job.times.inputsRead)
    }

    /// Records what ``answer(_:_:explains:rows:_:into:)`` has answered.
    private func record(
        _ request: Inference.ModelInferRequest, _ served: ServedVersion, explains: Bool,
        rows: Int, _ decision: DecisionContext
    ) {
        let isApart = explains || (rows <= 0 && served.shared.hasIndependentRows)
        let job = isApart ? served.answered : nil
        decision.record(
            requestID: request.id.utf8Span.bytes, rows: rows,
            inputs: job?.inputs ?? served.workspace.inputs,
            outputs: job?.outputs ?? served.workspace.outputs)
    }
}
