import Synchronization
import VigieProtos

/// Which services can be called now: what `grpc.health.v1.Health` tells. Any thread may use it.
///
/// The empty name stands for the whole server; it is NOT_SERVING until somebody sets it.
package final class HealthRegistry: Sendable {
    package typealias ServingStatus = GrpcHealthV1.HealthCheckResponse.ServingStatus

    private struct State {
        var statuses: [String: ServingStatus] = ["": .notServing]
        var listeners: [@Sendable () -> Void] = []
        var isShutDown = false
    }

    private let state = Mutex(State())

    package init() {}

    /// Sets a service's status and tells all watchers. Ignored after ``shutDown()``.
    package func set(_ service: String = "", _ status: ServingStatus) {
        change { state in
            guard !state.isShutDown, state.statuses[service] != status else { return false }
            state.statuses[service] = status
            return true
        }
    }

    /// Forgets a service: calls about it are answered as for one that never was.
    package func remove(_ service: String) {
        change { !$0.isShutDown && $0.statuses.removeValue(forKey: service) != nil }
    }

    /// The first step of a drain: everything becomes NOT_SERVING for good. Watchers are told, and
    /// their streams end, so that they do not hold up the drain.
    package func shutDown() {
        change { state in
            guard !state.isShutDown else { return false }
            state.isShutDown = true
            for service in state.statuses.keys { state.statuses[service] = .notServing }
            return true
        }
    }

    package var isShutDown: Bool { state.withLock { $0.isShutDown } }

    /// Nil for a service that is not known.
    package func status(of service: String) -> ServingStatus? {
        state.withLock { $0.statuses[service] }
    }

    /// All services, by name.
    package var all: [(service: String, status: ServingStatus)] {
        state.withLock { $0.statuses.map { ($0.key, $0.value) } }.sorted { $0.service < $1.service }
    }

    /// Calls `listener` after each change, on the thread that makes it.
    func onChange(_ listener: @escaping @Sendable () -> Void) {
        state.withLock { $0.listeners.append(listener) }
    }

    private func change(_ body: (inout State) -> Bool) {
        let listeners = state.withLock { state in body(&state) ? state.listeners : [] }
        for listener in listeners { listener() }
    }
}
