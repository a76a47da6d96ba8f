import Synchronization
import VigieRegistry
import VigieTransport

/// Threads that make pages, which may take long: a scrape of a large registry, say.
final class AdminWorkers: Sendable {
    struct Job: Sendable {
        /// Whose request it is.
        let client: Int
        let request: AdminRequest
    }

    private struct State {
        var jobs: [Job] = []
        var idle: [Int] = []
    }

    /// Pages that are made at once.
    private static let threads = 4

    private let state = Mutex(State())
    private let bells: [Doorbell]

    init() throws(SystemError) {
        var bells: [Doorbell] = []
        for _ in 0..<Self.threads { bells.append(try Doorbell()) }
        self.bells = bells
    }

    /// Begins to work, for as long as the process lives.
    func start(_ body: @escaping @Sendable (Job) -> Void) {
        for index in bells.indices {
            _ = WorkThread(name: "vigie-page") {
                while true {
                    if let job = self.take(index) {
                        body(job)
                    } else {
                        self.bells[index].wait(until: .never)
                    }
                }
            }
        }
    }

    func submit(_ job: Job) {
        let idle = state.withLock { state in
            state.jobs.append(job)
            return state.idle.popLast()
        }
        if let idle { bells[idle].ring() }
    }

    private func take(_ index: Int) -> Job? {
        state.withLock { state in
            guard state.jobs.isEmpty else { return state.jobs.removeFirst() }
            if !state.idle.contains(index) { state.idle.append(index) }
            return nil
        }
    }
}
