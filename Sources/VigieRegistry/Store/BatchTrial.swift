import VigieEngine

/// Runs a batch of different rows, to see what a further row costs, and that each row is answered as
/// it is alone: only then may requests share a run, or a large one be cut into slices.
struct BatchTrial {
    /// Rows of the batch, if that many fit into ``WarmUp/budget``.
    static let rowsMax = 32
    /// Runs whose median counts.
    static let runs = 5

    let artifact: Artifact
    let workspace: Workspace
    let rows: [[Double]]

    /// What each row after the first adds to a run.
    /// - Parameter single: what a batch of one takes.
    /// - Returns: nil when the artifact's tensors have no rows, or its rows are not independent.
    func costPerRow(single: Duration) -> Duration? {
        let specs = artifact.inputs + artifact.outputs
        guard !artifact.inputs.isEmpty, specs.allSatisfy({ $0.shape.first == -1 }) else {
            return nil
        }
        let affordable = Int(clamping: Int(WarmUp.budget / max(single, .nanoseconds(1))))
        let count = max(2, min(Self.rowsMax, affordable))
        let batch = (0..<count).map { rows[$0 % rows.count] }
        var alone: [[TensorRow]] = []
        for index in 0..<min(count, max(rows.count, 2)) {
            SyntheticTensors.fill(workspace, of: artifact, rows: [batch[index]], from: index)
            guard let answer = answer(ofRows: 1)?.first else { return nil }
            alone.append(answer)
        }
        var times: [Duration] = []
        let clock = ContinuousClock()
        let start = clock.now
        for _ in 0..<Self.runs {
            SyntheticTensors.fill(workspace, of: artifact, rows: batch)
            let before = clock.now
            guard let answers = answer(ofRows: count) else { return nil }
            times.append(clock.now - before)
            guard zip(answers, alone).allSatisfy({ $0 == $1 }) else { return nil }
            if clock.now - start > WarmUp.budget { break }
        }
        times.sort()
        return max(.zero, (times[times.count / 2] - single) / (count - 1))
    }

    /// One row of an output, bit by bit.
    private enum TensorRow: Equatable {
        case bytes([UInt8])
        case texts([String])
    }

    /// The rows of all outputs; nil when the run fails or gives another number of rows.
    private func answer(ofRows count: Int) -> [[TensorRow]]? {
        do { try artifact.run(workspace) } catch { return nil }
        var rows: [[TensorRow]] = Array(repeating: [], count: count)
        for output in workspace.outputs {
            guard output.shape.rank > 0, output.shape[0] == count else { return nil }
            let width = output.count / count
            let bytes = output.withMutableBytes { Array($0) }
            for row in 0..<count {
                if output.type == .string {
                    rows[row].append(
                        .texts((0..<width).map { output.string(at: row * width + $0) }))
                } else {
                    let size = width * output.type.byteCount
                    rows[row].append(.bytes(Array(bytes[row * size..<(row + 1) * size])))
                }
            }
        }
        return rows
    }
}
