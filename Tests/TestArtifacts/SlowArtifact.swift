import Glibc
import Synchronization
import VigieEngine
import VigieRegistry

/// A linear model of two features, y = 1 + 2a + 3b, that takes its time: for what happens to requests
/// that are dear. It notes what it ran, and refuses a row whose `a` is -1.
package final class SlowArtifact: Artifact, @unchecked Sendable {
    private let fixed: Duration
    private let perRow: Duration
    private let answersRow: Bool
    /// The rows of each run so far.
    package let runs = Mutex<[Int]>([])
    /// Runs wait while it is set: see ``hold()``.
    private let isHeld = Atomic<Bool>(false)
    /// Runs that have begun and not ended.
    package let running = Atomic<Int>(0)

    /// - Parameters:
    ///   - fixed: what a run takes, and a row that is scored or explained.
    ///   - perRow: what each row of a run adds.
    ///   - scoresRows: also as a row scorer, which explains.
    package init(fixed: Duration = .zero, perRow: Duration = .zero, scoresRows: Bool = true) {
        self.fixed = fixed
        self.perRow = perRow
        answersRow = scoresRows
        super.init(
            flavor: .scorecard,
            inputs: [TensorSpec(name: "input", type: .float64, shape: [-1, 2])],
            outputs: [TensorSpec(name: "output", type: .float64, shape: [-1])],
            signature: Signature(
                features: ["a", "b"].map { Feature(name: $0, minimum: -1000, maximum: 1000) }),
            memoryBytes: 16)
    }

    /// What a warm-up would measure, without running.
    package var latency: WarmUpLatency {
        WarmUpLatency(score: fixed, explain: fixed, tensors: fixed + perRow, perRow: perRow)
    }

    /// Lets runs begin and not end, until ``release()``.
    package func hold() { isHeld.store(true, ordering: .sequentiallyConsistent) }
    package func release() { isHeld.store(false, ordering: .sequentiallyConsistent) }

    private func take(_ duration: Duration) {
        running.add(1, ordering: .sequentiallyConsistent)
        defer { running.subtract(1, ordering: .sequentiallyConsistent) }
        let (seconds, attoseconds) = duration.components
        var time = timespec(tv_sec: Int(seconds), tv_nsec: Int(attoseconds / 1_000_000_000))
        nanosleep(&time, nil)
        while isHeld.load(ordering: .sequentiallyConsistent) { usleep(200) }
    }

    package override func run(_ workspace: Workspace) throws(InferenceError) {
        let input = workspace.inputs[0]
        let rows = input.shape[0]
        runs.withLock { $0.append(rows) }
        take(fixed + perRow * rows)
        workspace.outputs[0].reshape(TensorShape([rows]))
        try input.withElements(of: Double.self) { values throws(InferenceError) in
            for row in 0..<rows where values[2 * row] == -1 {
                throw InferenceError(.input, "a row whose a is -1")
            }
            workspace.outputs[0].withElements(of: Double.self) { result in
                for row in 0..<rows {
                    result[row] = 1 + 2 * values[2 * row] + 3 * values[2 * row + 1]
                }
            }
        }
    }

    package override var scoresRows: Bool { answersRow }
    package override var explainsRows: Bool { answersRow }

    package override func score(_ workspace: Workspace) throws(InferenceError) -> Double {
        take(fixed)
        return 1 + 2 * workspace.row[0] + 3 * workspace.row[1]
    }

    package override func explain(_ workspace: Workspace) throws(InferenceError) -> Double {
        workspace.baseValue = 1
        workspace.contributions[0] = 2 * workspace.row[0]
        workspace.contributions[1] = 3 * workspace.row[1]
        return try score(workspace)
    }
}
