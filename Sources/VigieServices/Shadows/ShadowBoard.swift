import Synchronization
import VigieRegistry
import VigieRouting
import VigieTransport

/// All shadows of a pod, and the thread that runs them with what the processors have left.
///
/// It begins with the first shadow. Loops wake it only when it sleeps.
package final class ShadowBoard: Sendable {
    /// Bytes of requests that wait for shadows, all together.
    static let heldBytesMax = 64 << 20
    /// A message that is larger is not repeated: one would keep the others waiting for long.
    static let messageBytesMax = 1 << 20
    /// By how much the thread yields to everybody else (nice(2)).
    private static let niceness = 19

    let held = HeldBytes()
    private let bell: Doorbell?
    private let isAsleep = Atomic<Bool>(false)
    private let state = Mutex(State())
    private let thread = Mutex<WorkThread?>(nil)

    private struct State {
        var lines: [ShadowLine] = []
        /// By line: what runs for it; nil while its version is not loaded.
        var versions: [ObjectIdentifier: SharedVersion] = [:]
        var counters: [ObjectIdentifier: (model: LoadedModel, counters: VersionCounters)] = [:]
        var isStopped = false
    }

    init() {
        // Without a bell, which only a process out of descriptors has not, nothing is repeated.
        bell = try? Doorbell()
    }

    /// Ends the thread, and waits for it.
    package func stop() {
        state.withLock { $0.isStopped = true }
        bell?.ring()
        let thread = thread.withLock { thread in
            defer { thread = nil }
            return thread
        }
        thread?.join()
    }

    // MARK: For whoever makes tables

    /// The lines of these routes: those that are there stay, with what waits for them.
    func update(_ routes: RouteTable, _ table: ModelTable, _ shared: SharedVersions) {
        state.withLock { state in
            var lines: [ShadowLine] = []
            var versions: [ObjectIdentifier: SharedVersion] = [:]
            for (model, route) in routes.routes {
                for plan in route.plan.shadows {
                    let line =
                        state.lines.first { $0.model == model && $0.plan == plan }
                        ?? ShadowLine(model: model, plan: plan)
                    lines.append(line)
                    let loaded = table.find(model)?.version(plan.version)
                    if let loaded,
                        route.plan.accepts(plan.version, digest: "\(loaded.manifestDigest)")
                    {
                        versions[ObjectIdentifier(line)] = shared.find(loaded)
                    }
                }
            }
            state.lines = lines
            state.versions = versions
        }
        if !routes.routes.values.allSatisfy(\.plan.shadows.isEmpty) { startThread() }
    }

    /// The line of a shadow; nil when it is not there any more.
    func line(_ model: String, _ plan: ShadowPlan) -> (line: ShadowLine, isLoaded: Bool)? {
        state.withLock { state in
            guard let line = state.lines.first(where: { $0.model == model && $0.plan == plan })
            else { return nil }
            return (line, state.versions[ObjectIdentifier(line)] != nil)
        }
    }

    private func startThread() {
        thread.withLock { thread in
            guard thread == nil, bell != nil, !state.withLock({ $0.isStopped }) else { return }
            thread = WorkThread(name: "vigie-shadow") { [self] in
                WorkThread.lowerOwnPriority(by: Self.niceness)
                work()
            }
        }
    }

    // MARK: For loops

    /// Something waits.
    func wake() {
        guard isAsleep.load(ordering: .sequentiallyConsistent),
            isAsleep.exchange(false, ordering: .acquiringAndReleasing)
        else { return }
        bell?.ring()
    }

    // MARK: The thread

    private func work() {
        guard let bell else { return }
        var runs: [ObjectIdentifier: ShadowRun] = [:]
        while true {
            let (lines, versions, isStopped) = state.withLock {
                ($0.lines, $0.versions, $0.isStopped)
            }
            guard !isStopped else { return }
            let wanted = Set(versions.values.map { ObjectIdentifier($0) })
            if runs.keys.contains(where: { !wanted.contains($0) }) {
                runs = runs.filter { wanted.contains($0.key) }
                state.withLock { $0.counters = $0.counters.filter { wanted.contains($0.key) } }
            }
            var didRun = false
            for line in lines {
                guard let task = line.take() else { continue }
                didRun = true
                guard let version = versions[ObjectIdentifier(line)] else {
                    line.drop(.notLoaded)
                    continue
                }
                let id = ObjectIdentifier(version)
                let run = runs[id] ?? ShadowRun(version)
                if runs[id] == nil {
                    runs[id] = run
                    state.withLock { $0.counters[id] = (version.model, run.counters) }
                }
                run.run(task, for: line)
            }
            guard !didRun else { continue }
            isAsleep.store(true, ordering: .sequentiallyConsistent)
            // What came before that rings no bell.
            let isIdle = self.lines.allSatisfy { $0.waiting == 0 }
            bell.wait(
                until: isIdle
                    ? .never : MonotonicTime.now().advanced(by: .milliseconds(1)))
            isAsleep.store(false, ordering: .relaxed)
        }
    }

    // MARK: For any thread

    var lines: [ShadowLine] { state.withLock { $0.lines } }

    /// What shadows have counted, by version.
    func counters(of model: LoadedModel) -> VersionCounters? {
        state.withLock { $0.counters.values.first { $0.model === model }?.counters }
    }
}
