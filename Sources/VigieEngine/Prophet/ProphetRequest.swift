/// What a request asks of a ``ProphetArtifact``, checked.
struct ProphetRequest {
    let rows: Int
    /// Of the simulation; 0: no intervals.
    let samples: Int
    let intervalWidth: Double
    let seed: UInt64

    /// A request's seed when it names none: the same forecast gets the same interval.
    static let seedDefault: Int64 = 20_200_101

    init(_ workspace: Workspace, _ artifact: ProphetArtifact) throws(InferenceError) {
        let dates = workspace.inputs[ProphetTensors.Input.ds.rawValue]
        guard dates.shape.rank == 1 else {
            throw Self.fail("ds", "has the shape \(dates.shape), expected [-1]")
        }
        rows = dates.count
        let work = Double(rows) * Double(artifact.model.columnCount + 1)
        guard rows <= ProphetLimits.rowsMax, work <= ProphetLimits.workMax else {
            throw InferenceError(
                .limit, "input 'ds' has \(rows) dates, too many for one request; split it")
        }
        for (index, spec) in artifact.inputs.enumerated() where spec.shape == [-1] {
            guard workspace.inputs[index].shape == TensorShape([rows]) else {
                throw Self.fail(
                    spec.name,
                    "has the shape \(workspace.inputs[index].shape), expected [\(rows)]")
            }
        }
        seed = UInt64(
            bitPattern: try Self.one(workspace, .seed, "seed", of: Int64.self) ?? Self.seedDefault)
        intervalWidth =
            try Self.one(workspace, .intervalWidth, "interval_width", of: Double.self)
            ?? artifact.model.intervalWidth
        guard intervalWidth >= 0, intervalWidth <= 1 else {
            throw Self.fail("interval_width", "is \(intervalWidth), expected 0 … 1")
        }
        let wanted =
            try Self.one(workspace, .samples, "uncertainty_samples", of: Int64.self)
            ?? Int64(artifact.model.samples)
        guard wanted >= 0 else { throw Self.fail("uncertainty_samples", "is \(wanted)") }
        guard wanted <= ProphetLimits.samplesMax,
            Int(wanted) * max(rows, 1) <= ProphetLimits.simulatedMax
        else {
            throw InferenceError(
                .limit,
                "input 'uncertainty_samples': \(wanted) samples of \(rows) rows are too many for "
                    + "one request")
        }
        samples = Int(wanted)
    }

    private static func one<Element: BitwiseCopyable>(
        _ workspace: Workspace, _ input: ProphetTensors.Input, _ name: String,
        of element: Element.Type
    ) throws(InferenceError) -> Element? {
        let tensor = workspace.inputs[input.rawValue]
        guard !tensor.isAbsent else { return nil }
        guard tensor.count == 1 else { throw fail(name, "must be one number") }
        return tensor.withElements(of: Element.self) { $0[0] }
    }

    static func fail(_ input: String, _ what: String) -> InferenceError {
        InferenceError(.input, "input '\(input)' \(what)")
    }
}
