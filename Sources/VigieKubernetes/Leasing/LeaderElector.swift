import Synchronization
import VigieEngine
import VigieHTTP
import VigieRegistry
import VigieRollouts
import VigieTransport

/// Takes part in the election of a leader by a `Lease`, on a thread of its own. Whether this process
/// leads is asked for before every act, and is false in time: before another one can begin.
package final class LeaderElector: Sendable {
    package struct Options: Sendable {
        package var namespace: String
        /// The lease's name.
        package var name: String
        /// Unique among all candidates: a host's name and something random.
        package var identity: String
        package var leaseDuration = Duration.seconds(15)
        package var renewDeadline = Duration.seconds(10)
        package var retryPeriod = Duration.seconds(2)

        package init(namespace: String, name: String, identity: String) {
            self.namespace = namespace
            self.name = name
            self.identity = identity
        }
    }

    /// What happens, for the log.
    package enum News: Sendable, Equatable {
        case leads(transitions: Int)
        case follows(holder: String)
        case lost(String)
        case failed(String)
    }

    private let client: KubernetesClient
    private let options: Options
    private let path: ResourcePath
    private let report: @Sendable (News) -> Void
    private let state: Mutex<State>
    private let cancellation = HTTPCancellation()
    private let bell: Doorbell
    private let thread = Mutex<WorkThread?>(nil)

    private struct State {
        var election: LeaderElection
        var wasLeading = false
        var holder = ""
        var failure = ""
        var transitions = 0
    }

    package init(
        _ client: KubernetesClient, _ options: Options,
        report: @escaping @Sendable (News) -> Void
    ) throws(SystemError) {
        bell = try Doorbell()
        self.client = client
        self.options = options
        self.report = report
        path = ResourcePath(
            group: "coordination.k8s.io", version: "v1", plural: "leases",
            namespace: options.namespace)
        var times = LeaderElection.Times()
        times.lease = options.leaseDuration
        times.renewal = options.renewDeadline
        times.retry = options.retryPeriod
        state = Mutex(
            State(election: LeaderElection(identity: options.identity, times: times)))
    }

    /// Whether this process may act as leader at this moment.
    package var isLeader: Bool {
        state.withLock { $0.election.leads(at: .now) }
    }

    /// Who led when the lease was last looked at; empty when nobody is known to.
    package var holder: String { state.withLock { $0.holder } }

    package func start() {
        let thread = WorkThread(name: "vigie-lease") { [self] in run() }
        self.thread.withLock { $0 = thread }
    }

    /// Leaves the election, and lets go of the lease so that another one leads at once.
    package func stop() {
        cancellation.cancel()
        bell.ring()
        thread.withLock { thread in
            thread?.join()
            thread = nil
        }
        release()
    }

    private func run() {
        while !cancellation.isCancelled {
            do throws(KubernetesError) {
                try attempt()
                state.withLock { $0.failure = "" }
            } catch {
                if error.reason == .cancelled { return }
                // A conflict says that somebody else was faster.
                if error.reason != .conflict, error.reason != .alreadyExists {
                    fail(error.description)
                }
            }
            tellLoss()
            bell.wait(
                until: MonotonicTime.now().advanced(
                    by: options.retryPeriod * .random(in: 0.9...1.1)))
        }
    }

    /// Reads the lease, and takes or renews it where that is right.
    private func attempt() throws(KubernetesError) {
        let lease: JSONValue?
        do throws(KubernetesError) {
            lease = try client.get(path.named(options.name), cancellation)
        } catch {
            guard error.reason == .notFound else { throw error }
            lease = nil
        }
        let began = ContinuousClock.now
        let record = (lease?["spec"]).map { LeaseRecord(spec: $0) }
        let wish = state.withLock {
            // A lease that somebody made without a word in it is free.
            $0.election.wish(
                record ?? lease.map { _ in LeaseRecord(spec: .null) }, now: began, wall: .now())
        }
        switch wish {
        case .wait(let holder): follow(holder)
        case .create(let record):
            _ = try client.create(path, object(record, nil), cancellation)
            lead(record, began)
        case .update(let record):
            _ = try client.update(
                path.named(options.name), object(record, lease), cancellation)
            lead(record, began)
        }
    }

    private func object(_ record: LeaseRecord, _ former: JSONValue?) -> JSONValue {
        guard let former else {
            return .object([
                "apiVersion": .string(path.apiVersion), "kind": .string("Lease"),
                "metadata": .object([
                    "name": .string(options.name), "namespace": .string(options.namespace),
                ]), "spec": record.spec,
            ])
        }
        // With its resourceVersion: of two who write, one is refused.
        return former.setting("spec", record.spec)
    }

    // MARK: Telling

    private func lead(_ record: LeaseRecord, _ began: ContinuousClock.Instant) {
        let isNews = state.withLock { state in
            state.election.confirm(record, began: began)
            defer { state.wasLeading = true }
            state.holder = options.identity
            return !state.wasLeading
        }
        if isNews { report(.leads(transitions: record.transitions)) }
    }

    private func follow(_ holder: String) {
        let (isNews, hasLost) = state.withLock { state in
            defer {
                state.holder = holder
                state.wasLeading = false
            }
            state.election.lose()
            return (state.holder != holder, state.wasLeading)
        }
        if hasLost { report(.lost("'\(holder)' has taken the lease")) }
        if isNews { report(.follows(holder: holder)) }
    }

    /// The lease could not be renewed in time.
    private func tellLoss() {
        let hasLost = state.withLock { state in
            guard state.wasLeading, !state.election.leads(at: .now) else { return false }
            state.wasLeading = false
            state.holder = ""
            return true
        }
        if hasLost { report(.lost("the lease was not renewed in time")) }
    }

    private func fail(_ reason: String) {
        let isNews = state.withLock { state in
            defer { state.failure = reason }
            return state.failure != reason
        }
        if isNews { report(.failed(reason)) }
    }

    private func release() {
        let record = state.withLock { state in
            defer { state.election.lose() }
            return state.election.leads(at: .now) ? state.election.released(wall: .now()) : nil
        }
        guard let record else { return }
        do throws(KubernetesError) {
            let lease = try client.get(path.named(options.name))
            // Somebody else may have it by now.
            guard lease["spec"]?["holderIdentity"]?.string == options.identity else { return }
            _ = try client.update(path.named(options.name), object(record, lease))
        } catch {
            report(.failed("the lease was not let go: \(error)"))
        }
    }
}
