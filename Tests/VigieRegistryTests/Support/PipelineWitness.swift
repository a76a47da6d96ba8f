import Synchronization
import VigieEngine
import VigieRegistry

/// Scores with the newest version of the pipeline "sum" until it is stopped: its answer is twice its
/// version, or its members are not its own.
final class PipelineWitness: Sendable {
    private let isRunning = Atomic<Bool>(true)
    private let count = Atomic<Int>(0)
    private let problems = Mutex<[String]>([])

    var calls: Int { count.load(ordering: .relaxed) }
    var wrong: [String] { problems.withLock { $0 } }
    func stop() { isRunning.store(false, ordering: .relaxed) }

    func hammer(_ store: ModelStore) {
        while isRunning.load(ordering: .relaxed) {
            guard let model = store.table.find("sum")?.current else {
                problems.withLock { $0.append("no pipeline is served") }
                continue
            }
            let workspace = model.artifact.makeWorkspace()
            workspace.row = [40]
            do {
                let score = try model.artifact.score(workspace)
                if score != Double(2 * model.version) {
                    problems.withLock { $0.append("version \(model.version) says \(score)") }
                }
            } catch { problems.withLock { $0.append("\(error)") } }
            count.add(1, ordering: .relaxed)
        }
    }
}
