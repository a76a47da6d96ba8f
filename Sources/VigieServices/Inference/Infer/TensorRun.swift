import VigieEngine
import VigieRPC
import VigieTransport

/// One run of a version over the rows of one request, or of several back to back.
///
/// Where rows are independent they go through the workspace in slices, so that it stays small however
/// large the batch is; as an artifact's answer to a row depends on neither batch nor neighbours, the
/// answers are the same bit for bit.
struct TensorRun {
    /// Bounds of a slice: what stays in a core's second-level cache with all that is between.
    static let sliceRowsMax = 1024
    static let sliceBytesMax = 1 << 20
    /// A workspace that has held more than this for one run is not kept.
    static let keptBytesMax = 4 << 20
    /// Rows that are explained between two looks at whether somebody still waits.
    static let rowsBetweenLooks = 32

    private let version: SharedVersion
    private let jobs: [TensorJob]
    private let rows: Int

    init(_ version: SharedVersion, _ jobs: [TensorJob]) {
        self.version = version
        self.jobs = jobs
        rows = jobs.reduce(0) { $0 + $1.rows }
    }

    /// Whether the run makes its workspace larger than is worth keeping.
    var isLarge: Bool { !version.hasIndependentRows && inputBytes > Self.keptBytesMax }

    private var inputBytes: Int {
        jobs.reduce(0) { $1.inputs.reduce($0) { $0 + $1.contentBytes } }
    }

    /// Why a run ended without an answer.
    private enum Stop: Error {
        case inference(InferenceError)
        case cancelled
        case late
        case stopped

        /// It ends every request of the run, and is nobody's fault.
        var endsAll: Bool {
            switch self {
            case .cancelled, .stopped: true
            case .inference, .late: false
            }
        }
    }

    /// Fills the jobs' outputs, or says in each why not, and counts.
    func compute(_ workspace: Workspace, started: UInt64) {
        do throws(Stop) {
            try run(workspace)
            let ran = MonotonicTime.now().nanoseconds
            version.costs.observe(.tensors, rows: rows, nanoseconds: ran &- started)
            for job in jobs { try explain(job, workspace, since: ran) }
            count(started: started, computed: MonotonicTime.now().nanoseconds)
        } catch {
            guard jobs.count == 1 || error.endsAll else {
                // One of them is at fault: the others shall not know.
                for job in jobs {
                    TensorRun(version, [job]).compute(
                        workspace, started: MonotonicTime.now().nanoseconds)
                }
                return
            }
            for job in jobs { fail(job, error, started: started) }
        }
    }

    private func count(started: UInt64, computed: UInt64) {
        for job in jobs {
            job.times.started = started
            job.times.computed = computed
            job.stations = CallStations(job.times, rows: job.rows)
        }
        for job in jobs where job.routed.watchesOutputs && job.hasNonFiniteOutput {
            version.count { $0.wasNotFinite(arm: job.arm) }
        }
        var times = jobs[0].times
        times.ended = computed
        version.count { $0.ran(times, rows: rows) }
    }

    private func fail(_ job: TensorJob, _ reason: Stop, started: UInt64) {
        switch reason {
        case .inference(let error):
            let status = RPCStatus(error, model: version.model)
            job.failure = status
            job.failed(status.code)
        case .cancelled:
            job.failure = RPCStatus(.cancelled, "the caller went away")
            job.failed(.cancelled) { $0.abandoned.add(1) }
        case .late:
            job.failure = RPCStatus(.deadlineExceeded, "the deadline passed while the call ran")
            job.failed(.deadlineExceeded) { $0.expired.add(1) }
        case .stopped:
            job.failure = WorkRefusal.stopped.status(version: version)
            job.failed(.unavailable)
        }
    }

    // MARK: Tensors

    private func run(_ workspace: Workspace) throws(Stop) {
        guard version.hasIndependentRows else { return try runWhole(workspace) }
        guard rows > 0 else { return shapeEmpty() }
        var sliceMax = min(
            Self.sliceRowsMax, max(1, Self.sliceBytesMax / max(inputBytes / rows, 1)))
        var position = Position()
        var done = 0
        while done < rows {
            if done > 0 { try look() }
            let count = min(sliceMax, rows - done)
            fill(workspace, from: position, count)
            do { try version.model.artifact.run(workspace) } catch {
                // What is too much at once may still be possible in smaller pieces.
                guard error.reason == .limit, count > 1 else { throw .inference(error) }
                sliceMax = count / 2
                continue
            }
            position = try scatter(workspace, from: position, count)
            done += count
        }
    }

    /// Ends the run early when nobody waits for it.
    private func look() throws(Stop) {
        if jobs.allSatisfy(\.isCancelled) { throw .cancelled }
        if jobs[0].pool?.isStopped == true { throw .stopped }
        guard jobs.count == 1, jobs[0].deadline != .never else { return }
        if MonotonicTime.now() >= jobs[0].deadline { throw .late }
    }

    private func runWhole(_ workspace: Workspace) throws(Stop) {
        // Nobody joins a run whose rows may depend on each other.
        let job = jobs[0]
        for (target, source) in zip(workspace.inputs, job.inputs) { target.copy(source) }
        do { try version.model.artifact.run(workspace) } catch { throw .inference(error) }
        for index in job.wantedOutputs { job.outputs[index].copy(workspace.outputs[index]) }
    }

    /// Without rows there is nothing to run: outputs of 0 rows. Extents that the model leaves open are
    /// 0 as well.
    private func shapeEmpty() {
        for job in jobs {
            for (output, spec) in zip(job.outputs, version.model.artifact.outputs) {
                output.reshape(
                    TensorShape(spec.shape.prefix(TensorShape.rankMax).map { max($0, 0) }))
            }
        }
    }

    /// Where a slice begins: a row of a job.
    private struct Position {
        var job = 0
        var row = 0
    }

    /// Calls `body` for each job that has rows in the slice, with its first row and how many, and
    /// where in the slice they are.
    /// - Returns: where the next slice begins.
    private func eachPart<Failure: Error>(
        from start: Position, _ count: Int,
        _ body: (_ job: TensorJob, _ row: Int, _ rows: Int, _ place: Int) throws(Failure) -> Void
    ) throws(Failure) -> Position {
        var position = start
        var place = 0
        while place < count {
            let job = jobs[position.job]
            let part = min(count - place, job.rows - position.row)
            if part > 0 { try body(job, position.row, part, place) }
            place += part
            position.row += part
            if position.row == job.rows { position = Position(job: position.job + 1, row: 0) }
        }
        return position
    }

    private func fill(_ workspace: Workspace, from start: Position, _ count: Int) {
        for (index, target) in workspace.inputs.enumerated() {
            let source = jobs[start.job].inputs[index]
            if source.isAbsent {
                target.setAbsent()
            } else {
                target.reshape(like: source, rows: count)
            }
        }
        _ = eachPart(from: start, count) { job, row, rows, place in
            for (target, source) in zip(workspace.inputs, job.inputs) where !source.isAbsent {
                target.copyRows(rows, from: source, at: row, to: place)
            }
        }
    }

    private func scatter(
        _ workspace: Workspace, from start: Position, _ count: Int
    ) throws(Stop) -> Position {
        for (index, source) in workspace.outputs.enumerated()
        where source.shape.rank == 0 || source.shape[0] != count {
            throw .inference(odd(index, "has the shape \(source.shape) for \(count) rows"))
        }
        return try eachPart(from: start, count) { job, row, rows, place throws(Stop) in
            for index in job.wantedOutputs {
                let (source, target) = (workspace.outputs[index], job.outputs[index])
                if row == 0 { target.reshape(like: source, rows: job.rows) }
                var shape = source.shape
                shape[0] = job.rows
                guard target.shape == shape else {
                    throw .inference(
                        odd(
                            index, "is \(source.shape) for some rows of a batch, and not for others"
                        ))
                }
                target.copyRows(rows, from: source, at: place, to: row)
            }
        }
    }

    private func odd(_ index: Int, _ what: String) -> InferenceError {
        InferenceError(
            .unsupported, "output '\(version.model.artifact.outputs[index].name)' \(what)")
    }

    // MARK: Explanations

    private func explain(_ job: TensorJob, _ workspace: Workspace, since ran: UInt64)
        throws(Stop)
    {
        guard let explanation = job.explanation, let columns = version.rowColumns else { return }
        explanation.reshape(
            rows: job.rows, features: version.model.artifact.signature.features.count)
        for row in 0..<job.rows {
            if row % Self.rowsBetweenLooks == Self.rowsBetweenLooks - 1 { try look() }
            do throws(InferenceError) {
                try columns.read(row, of: job.inputs, into: &workspace.row)
                _ = try version.model.artifact.explain(workspace, output: explanation.output)
            } catch {
                throw .inference(InferenceError(error.reason, "row \(row): \(error.message)"))
            }
            explanation.store(workspace, row: row)
        }
        guard job.rows > 0 else { return }
        let each = (MonotonicTime.now().nanoseconds &- ran) / UInt64(job.rows)
        version.costs.observe(.explain, rows: 1, nanoseconds: each)
    }
}
