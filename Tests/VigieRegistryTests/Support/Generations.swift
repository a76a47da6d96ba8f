import Synchronization
import VigieRegistry

/// The generations of the tables that an observer was given.
final class Generations: Sendable {
    private let seen = Mutex<[UInt64]>([])

    var all: [UInt64] { seen.withLock { $0 } }
    func add(_ table: ModelTable) { seen.withLock { $0.append(table.generation) } }
}
