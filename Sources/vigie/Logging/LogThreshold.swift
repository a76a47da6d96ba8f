import Synchronization

/// The least weighty level that is written, which can be changed while the pod runs.
final class LogThreshold: Sendable {
    private let index: Atomic<Int>

    init(_ level: Log.Level) { index = Atomic(Self.index(level)) }

    var level: Log.Level { Log.Level.allCases[index.load(ordering: .relaxed)] }

    func set(_ level: Log.Level) { index.store(Self.index(level), ordering: .relaxed) }

    private static func index(_ level: Log.Level) -> Int {
        // Every level is among all of them.
        Log.Level.allCases.firstIndex(of: level) ?? 0
    }
}
