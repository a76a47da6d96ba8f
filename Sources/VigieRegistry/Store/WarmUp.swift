import VigieEngine

/// The first runs of a freshly loaded artifact, on synthetic rows: they prove that it answers, fault
/// in its memory, and measure what a call costs.
package enum WarmUp {
    /// Runs whose median is the latency.
    static let runs = 9
    /// A model that is this slow is measured by what runs fit in here.
    static let budget: Duration = .milliseconds(50)

    /// - Throws: when the artifact throws or answers NaN on a row that its own signature allows, where
    ///   NaN is not an ordinary answer (``TensorSpec/mayBeMissing``).
    package static func run(_ artifact: Artifact) throws(RegistryError) -> WarmUpLatency {
        let workspace = artifact.makeWorkspace()
        let rows = SyntheticRows.make(for: artifact.signature)
        var latency = WarmUpLatency()
        do {
            if artifact.scoresRows {
                latency.score = try measure(rows, workspace) { workspace throws(InferenceError) in
                    try artifact.score(workspace)
                }
            }
            if artifact.explainsRows {
                latency.explain = try measure(rows, workspace) {
                    workspace throws(InferenceError) in
                    try artifact.explain(workspace)
                }
            }
        } catch {
            throw RegistryError(.refused, "warm-up: \(error)")
        }
        latency.tensors = try runTensors(artifact, workspace, rows.map(\.values))
        if let single = latency.tensors {
            latency.perRow = BatchTrial(
                artifact: artifact, workspace: workspace, rows: rows.map(\.values)
            ).costPerRow(single: single)
        }
        return latency
    }

    private struct Failure: Error, CustomStringConvertible { let description: String }

    private static func measure(
        _ rows: [SyntheticRow], _ workspace: Workspace,
        _ call: (Workspace) throws(InferenceError) -> Double
    ) throws(Failure) -> Duration {
        var times: [Duration] = []
        let clock = ContinuousClock()
        let start = clock.now
        for index in 0..<max(runs, rows.count) {
            let row = rows[index % rows.count]
            workspace.row = row.values
            let before = clock.now
            let score: Double
            do { score = try call(workspace) } catch {
                throw Failure(description: "\(error) (\(row.label))")
            }
            times.append(clock.now - before)
            guard !score.isNaN else {
                throw Failure(description: "the model answers NaN to \(row.label)")
            }
            if index + 1 >= rows.count, clock.now - start > budget { break }
        }
        times.sort()
        return times[times.count / 2]
    }

    private static func runTensors(
        _ artifact: Artifact, _ workspace: Workspace, _ rows: [[Double]]
    ) throws(RegistryError) -> Duration? {
        guard !artifact.inputs.isEmpty else { return nil }
        var times: [Duration] = []
        let clock = ContinuousClock()
        let start = clock.now
        for _ in 0..<runs {
            // The artifact's own example is a request that it must be able to answer.
            let isOwnExample = artifact.fillExample(workspace)
            if !isOwnExample { SyntheticTensors.fill(workspace, of: artifact, rows: [rows[0]]) }
            let before = clock.now
            do { try artifact.run(workspace) } catch {
                // What a tensor may hold is known only where the signature says so: a graph that
                // wants particular inputs is not broken for refusing made-up ones.
                if error.reason == .input, !isOwnExample { return nil }
                throw RegistryError(.refused, "warm-up: tensors: \(error)")
            }
            times.append(clock.now - before)
            if clock.now - start > budget { break }
        }
        if let name = outputWithNaN(artifact, workspace),
            !answersAnother(artifact, workspace, rows.dropFirst())
        {
            throw RegistryError(
                .refused, "warm-up: output '\(name)' holds NaN for an ordinary input")
        }
        times.sort()
        return times[times.count / 2]
    }

    private static func outputWithNaN(_ artifact: Artifact, _ workspace: Workspace) -> String? {
        zip(artifact.outputs, workspace.outputs)
            .first { !$0.mayBeMissing && SyntheticTensors.holdsNaN($1) }?.0.name
    }

    /// Whether one of `rows` is answered without NaN. A network with a mask takes zeros for padding,
    /// and the mean of a row of nothing else is no number.
    private static func answersAnother(
        _ artifact: Artifact, _ workspace: Workspace, _ rows: ArraySlice<[Double]>
    ) -> Bool {
        rows.contains { row in
            guard !artifact.fillExample(workspace) else { return false }
            SyntheticTensors.fill(workspace, of: artifact, rows: [row])
            return (try? artifact.run(workspace)) != nil
                && outputWithNaN(artifact, workspace) == nil
        }
    }
}
