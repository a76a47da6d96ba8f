import Glibc
import Synchronization

extension Array where Element: Sendable {
    /// The results in order, computed on the calling thread and up to `threads - 1` others.
    func parallelMap<Result: Sendable>(
        threads: Int, _ body: @escaping @Sendable (Element) -> Result
    ) -> [Result] {
        guard threads > 1, count > 1 else { return map(body) }
        let work = ParallelWork(items: self, body: body)
        let helpers = (1..<Swift.min(threads, count)).compactMap { _ in
            WorkThread(name: "vigie-load") { work.run() }
        }
        work.run()
        for helper in helpers { helper.join() }
        return work.results()
    }
}

private final class ParallelWork<Item: Sendable, Result: Sendable>: Sendable {
    private let items: [Item]
    private let body: @Sendable (Item) -> Result
    private let next = Atomic<Int>(0)
    private let done: Mutex<[Result?]>

    init(items: [Item], body: @escaping @Sendable (Item) -> Result) {
        self.items = items
        self.body = body
        done = Mutex(Array(repeating: nil, count: items.count))
    }

    func run() {
        while true {
            let index = next.wrappingAdd(1, ordering: .relaxed).oldValue
            guard index < items.count else { return }
            let result = body(items[index])
            done.withLock { $0[index] = result }
        }
    }

    /// All threads have been joined: every item has its result.
    func results() -> [Result] { done.withLock { $0.map { $0! } } }
}
