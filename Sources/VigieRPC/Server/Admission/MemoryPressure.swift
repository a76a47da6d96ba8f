import Synchronization

/// Whether the process has used the memory that it may use. Whoever watches it says so; loops look at it
/// when a call comes, and turn it away: an allocation that fails would end the process, and all calls.
package final class MemoryPressure: Sendable {
    private let flag = Atomic<Bool>(false)

    package init() {}

    /// From any thread.
    package var isHigh: Bool {
        get { flag.load(ordering: .relaxed) }
        set { flag.store(newValue, ordering: .relaxed) }
    }
}
