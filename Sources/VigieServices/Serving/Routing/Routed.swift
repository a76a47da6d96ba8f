import VigieProtos
import VigieRPC
import VigieRouting
import VigieTelemetry
import VigieTransport

/// Which version answers a request, as what, and what is to be said of it.
struct Routed {
    let served: ServedVersion
    let arm: Arm
    /// Nil when nothing is said: the model has no rollout, and the request names no version.
    var label: RouteLabel?
    /// Of a model with a rollout.
    var routes: ServedRoutes?
    /// What the request has drawn, for shadows.
    var draw: UInt64 = 0

    /// Whether outputs that are no numbers are counted.
    @inline(__always)
    var watchesOutputs: Bool { routes?.watchesOutputs ?? false }

    /// Counts that the loop refuses the request, or cannot answer it.
    func failed(_ code: StatusCode, _ context: RequestContext) {
        served.counters.failed(
            code, arm: arm, began: context.began, ended: MonotonicTime.now().nanoseconds)
    }
}

/// A request that a rollout may look into.
protocol RoutableRequest {
    /// The version that the caller names; empty when it leaves the choice to the server.
    var pinnedVersion: Text { get }
    /// Notes what the request says for the input that the plan sticks to.
    func note(_ input: String, in facts: RouteFacts, for plan: RoutePlan)
}

extension ServingNode {
    /// The version that is to answer: the one that the request names, else what the model's rollout
    /// chooses, else the newest. Without a rollout it costs a look-up of the name; with one some 10 ns
    /// more, and what the plan's conditions cost.
    ///
    /// INVALID_ARGUMENT for a version that is no number, NOT_FOUND for a model or version that there
    /// is not, UNAVAILABLE for one that is there but not ready.
    @inline(__always)
    func route<Request: RoutableRequest>(
        _ name: Text, _ request: Request, _ call: ServerCall?
    ) throws(RPCStatus) -> Routed {
        let version = request.pinnedVersion
        if let model = table.find(name) {
            if version.isEmpty {
                if let routes = model.routes { return choose(routes, request, call) }
                if let current = model.current { return Routed(served: current, arm: .stable) }
            } else if let found = try model.named(version) {
                found.pinned.cell.requests.add(1)
                return Routed(served: found, arm: .pinned, label: found.pinned)
            }
        }
        throw try absence(name, version)
    }

    private func choose<Request: RoutableRequest>(
        _ routes: ServedRoutes, _ request: Request, _ call: ServerCall?
    ) -> Routed {
        let plan = routes.plan
        if plan.needsFacts {
            facts.begin(plan)
            if let call {
                call.forEachMetadata { name, value in
                    facts.take(metadata: name, value, for: plan)
                    return true
                }
            }
            if let input = plan.stickyInput { request.note(input, in: facts, for: plan) }
        }
        let draw = random.next()
        let target = routes.target(plan.choose(facts, draw: draw))
        target.label.cell.requests.add(1)
        if let absence = target.absence { absence.requests.add(1) }
        return Routed(
            served: target.served, arm: target.arm, label: target.label, routes: routes, draw: draw)
    }
}

extension ServerCall {
    /// Notes which version answers, as what and why; a stream's last one counts.
    @inline(__always)
    func note(_ routed: Routed) {
        answeredBy = routed.served.answering
        arm = routed.arm
        answerNote = routed.label?.note
    }
}
