import Synchronization

/// Counts the connections of all loops against their limit, and why they ended.
///
/// Touched when a connection comes or goes, never by a request.
final class ConnectionGate: Sendable {
    private let open = Atomic<Int>(0)
    private let accepted = Atomic<UInt64>(0)
    private let refused = Atomic<UInt64>(0)
    private let shed = Atomic<UInt64>(0)
    private let books = Mutex(Books())
    let limit: Int

    private struct Books {
        /// In the order of ``CloseReason/labels``.
        var closed = [UInt64](repeating: 0, count: CloseReason.labels.count)
        /// Listeners that may still let connections in.
        var listeners = 0
        var waiters: [@Sendable () -> Void] = []
    }

    init(limit: Int) { self.limit = limit }

    var current: Int { open.load(ordering: .relaxed) }

    /// - Returns: false when the limit is reached.
    func enter() -> Bool {
        if open.wrappingAdd(1, ordering: .relaxed).newValue <= limit {
            accepted.wrappingAdd(1, ordering: .relaxed)
            return true
        }
        refused.wrappingAdd(1, ordering: .relaxed)
        open.wrappingSubtract(1, ordering: .relaxed)
        return false
    }

    /// A connection was closed on arrival, or left waiting in the kernel, for want of a descriptor.
    func lackedDescriptor() { shed.wrappingAdd(1, ordering: .relaxed) }

    func leave(_ reason: CloseReason) {
        let index = CloseReason.labels.firstIndex(of: reason.label)
        books.withLock { books in
            if let index { books.closed[index] += 1 }
        }
        if open.wrappingSubtract(1, ordering: .acquiringAndReleasing).newValue == 0 { settle() }
    }

    func listenerStarted() { books.withLock { $0.listeners += 1 } }

    func listenerStopped() {
        books.withLock { $0.listeners -= 1 }
        settle()
    }

    /// Calls `body` once, when no listener listens and no connection is open; at once if that is so.
    func whenEmpty(_ body: @escaping @Sendable () -> Void) {
        books.withLock { $0.waiters.append(body) }
        settle()
    }

    private func settle() {
        let ready = books.withLock { books -> [@Sendable () -> Void] in
            guard books.listeners == 0, current == 0 else { return [] }
            defer { books.waiters = [] }
            return books.waiters
        }
        for body in ready { body() }
    }

    var counters: ConnectionCounters {
        ConnectionCounters(
            open: current, accepted: accepted.load(ordering: .relaxed),
            refused: refused.load(ordering: .relaxed), shed: shed.load(ordering: .relaxed),
            closed: zip(CloseReason.labels, books.withLock { $0.closed }).map { ($0, $1) })
    }
}
