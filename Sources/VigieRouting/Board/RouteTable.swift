/// The rollouts of a pod at one moment, compiled; immutable.
package final class RouteTable: Sendable {
    /// By model.
    package let routes: [String: ModelRoute]

    package init(_ routes: [String: ModelRoute]) { self.routes = routes }

    /// No rollout at all.
    package static let empty = RouteTable([:])

    /// The rollout of a model; nil when it has none.
    package subscript(model: String) -> ModelRoute? { routes[model] }
}

/// One model's rollout, compiled.
package struct ModelRoute: Sendable {
    /// The ModelRollout's name.
    package let rollout: String
    package let plan: RoutePlan
    /// The canary that the pod watches; nil without one.
    package let canary: CanaryState?

    package init(rollout: String, plan: RoutePlan, canary: CanaryState? = nil) {
        self.rollout = rollout
        self.plan = plan
        self.canary = canary
    }
}
